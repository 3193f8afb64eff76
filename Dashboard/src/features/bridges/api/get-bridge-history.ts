import { queryOptions, useQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import { type SpanName, spanStart } from "@/shared/ui/spans";

export interface BridgePoint {
  time: number;
  health_score: number | null;
  health_score_min: number | null;
  health_status: string;
  tvl_usd: number | null;
  tvl_usd_min: number | null;
  tvl_usd_max: number | null;
  tvl_drawdown_pct: number | null;
  oracle_consensus: number | null;
  exploit_detected: boolean;
  exploit_confirmed: boolean;
}

export interface BridgeHistory {
  bridge_id: string;
  points: BridgePoint[];
  resolution_seconds: number;
}

/** @param from Unix seconds */
export const fetchBridgeHistory = (bridgeId: string, from: number, signal?: AbortSignal) =>
  request<BridgeHistory>(`/api/v2/bridge-health/${encodeURIComponent(bridgeId)}/history${query({ from })}`, { signal });

export const bridgeHistoryQuery = (bridgeId: string, span: SpanName) =>
  queryOptions({
    queryKey: ["bridges", bridgeId, "history", span],
    queryFn: ({ signal }) => fetchBridgeHistory(bridgeId, spanStart(span), signal),
    refetchInterval: refreshMs,
  });

export const useBridgeHistory = (bridgeId: string, span: SpanName) => useQuery(bridgeHistoryQuery(bridgeId, span));
