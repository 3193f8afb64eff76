import { queryOptions, useQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";

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

export const fetchPriceHistory = (coin: string, from: number, signal?: AbortSignal) =>
  request<PriceHistory>(`/api/v2/oracles/${encodeURIComponent(coin)}/history${query({ from })}`, { signal });

/** @param from Unix seconds */
export const priceHistoryQuery = (coin: string, from: number) =>
  queryOptions({ queryKey: ["prices", coin, "history", from], queryFn: ({ signal }) => fetchPriceHistory(coin, from, signal), refetchInterval: refreshMs });

export const usePriceHistory = (coin: string, from: number) => useQuery(priceHistoryQuery(coin, from));
