import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { refreshMs } from "./query-client";
import type { RiskLimits } from "./types";

export const fetchRiskLimits = (signal?: AbortSignal) => request<RiskLimits>("/api/v2/risk/limits", { signal });

export const riskLimitsQuery = () =>
  queryOptions({ queryKey: ["risk", "limits"], queryFn: ({ signal }) => fetchRiskLimits(signal), refetchInterval: refreshMs });

export const useRiskLimits = () => useQuery(riskLimitsQuery());
