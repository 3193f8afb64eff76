import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { refreshMs } from "./query-client";
import type { RiskAlerts } from "./types";

export const fetchRiskAlerts = (signal?: AbortSignal) => request<RiskAlerts>("/api/v2/risk/alerts", { signal });

export const riskAlertsQuery = () =>
  queryOptions({ queryKey: ["risk", "alerts"], queryFn: ({ signal }) => fetchRiskAlerts(signal), refetchInterval: refreshMs });

export const useRiskAlerts = () => useQuery(riskAlertsQuery());
