import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";

export interface ModelCheck {
  days: number;
  exceptions: number;
  expected_exceptions: number;
  likelihood_ratio: number | null;
  p_value: number | null;
  traffic_light: "green" | "yellow" | "red" | null;
  exception_days: { day: string; loss_usd: number; forecast_usd: number }[];
  /** Days as 2026-11-25. */
  from: string | null;
  to: string | null;
}

export const fetchModelCheck = (signal?: AbortSignal) => request<ModelCheck>("/api/v2/risk/model-check", { signal });

export const modelCheckQuery = () =>
  queryOptions({ queryKey: ["risk", "model-check"], queryFn: ({ signal }) => fetchModelCheck(signal), refetchInterval: refreshMs });

export const useModelCheck = () => useQuery(modelCheckQuery());
