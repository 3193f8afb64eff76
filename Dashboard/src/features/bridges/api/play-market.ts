import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import { quickRefreshMs } from "@/shared/api/query-client";

export interface PlayedEvent {
  event: string;
  speed: number;
  started_at: number;
  ends_at: number;
}

export interface Market {
  /** The event whose effect is still felt. */
  playing: PlayedEvent | null;
  /** Nothing unless the market is simulated. */
  events: { event: string; description: string; course: string; duration_seconds: number }[];
  timestamp: number;
}

export const fetchMarket = (signal?: AbortSignal) => request<Market>("/api/v2/admin/market/play", { signal });

export const marketQuery = (enabled: boolean) =>
  queryOptions({ queryKey: ["market"], queryFn: ({ signal }) => fetchMarket(signal), refetchInterval: quickRefreshMs, enabled });

/** @param enabled whether the reader is an operator: others are refused */
export const useMarket = (enabled: boolean) => useQuery(marketQuery(enabled));

export function usePlayEvent() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (play: { event: string; speed: number }) => request<PlayedEvent>("/api/v2/admin/market/play", { method: "POST", body: play }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["market"] }),
  });
}
