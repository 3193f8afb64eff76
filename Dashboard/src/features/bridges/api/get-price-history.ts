import { queryOptions, useQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import { type SpanName, spanStart } from "@/shared/ui/spans";

export interface PricePoint {
  time: number;
  peg_ratio: number | null;
  peg_ratio_min: number | null;
  peg_ratio_max: number | null;
  price: number | null;
  reference: number | null;
  consensus: number | null;
  live_sources: number;
}

export interface PriceHistory {
  stablecoin: string;
  points: PricePoint[];
  resolution_seconds: number;
}

/** @param from Unix seconds */
export const fetchPriceHistory = (coin: string, from: number, signal?: AbortSignal) =>
  request<PriceHistory>(`/api/v2/oracles/${encodeURIComponent(coin)}/history${query({ from })}`, { signal });

export const priceHistoryQuery = (coin: string, span: SpanName) =>
  queryOptions({ queryKey: ["prices", coin, "history", span], queryFn: ({ signal }) => fetchPriceHistory(coin, spanStart(span), signal), refetchInterval: refreshMs });

export const usePriceHistory = (coin: string, span: SpanName) => useQuery(priceHistoryQuery(coin, span));
