import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";

export interface SourceSeries {
  kind: string;
  stablecoin: string | null;
  bridge_id: string | null;
  value: number;
  observed_at: number;
  age_seconds: number;
  live: boolean;
  /** Share of the cycles of the window in which it was live; null when no cycle looked. */
  live_share: number | null;
  gaps: number;
  /** Distance from what was agreed on, as a fraction of that. */
  disagreement_mean: number | null;
  disagreement_max: number | null;
}

export interface Source {
  source: string;
  /** Real sources have no part in what is agreed on while the market is simulated. */
  counts: boolean;
  refused: number;
  series: SourceSeries[];
}

export interface Sources {
  sources: Source[];
  window_seconds: number;
  data_source: string;
  timestamp: number;
}

export const fetchSources = (signal?: AbortSignal) => request<Sources>("/api/v2/oracles/sources", { signal });

export const sourcesQuery = () => queryOptions({ queryKey: ["sources"], queryFn: ({ signal }) => fetchSources(signal), refetchInterval: refreshMs });

export const useSources = () => useQuery(sourcesQuery());
