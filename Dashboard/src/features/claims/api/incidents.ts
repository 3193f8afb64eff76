import { infiniteQueryOptions, mutationOptions, type QueryClient, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Page } from "@/shared/api/types";
import { useKey } from "@/shared/session/session";

export interface Incident {
  incident_id: string;
  coverage_type: string;
  chain: string;
  /** Null for a bridge, where it concerns all coins. */
  stablecoin: string | null;
  occurred_at: number;
  evidence_url: string;
  loss_fraction: number;
  status: "open" | "confirmed" | "dismissed";
  recorded_by: string;
  recorded_at: number;
  decided_by: string | null;
  decided_at: number | null;
}

export interface IncidentRequest {
  coverage_type: string;
  chain: string;
  stablecoin?: string;
  occurred_at: number;
  evidence_url: string;
  loss_fraction?: number;
}

export const fetchIncidents = (cursor: string | null, signal?: AbortSignal) => request<Page<Incident>>(`/api/v2/incidents${query({ cursor })}`, { signal });

export const incidentsQuery = (hasKey: boolean) =>
  infiniteQueryOptions({
    queryKey: ["incidents"],
    queryFn: ({ signal, pageParam }) => fetchIncidents(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    enabled: hasKey,
    refetchInterval: refreshMs,
  });

export const useIncidents = () => useInfiniteQuery(incidentsQuery(useKey() !== null));

export const recordMutation = (queries: QueryClient) =>
  mutationOptions({
    mutationFn: (incident: IncidentRequest) => request<Incident>("/api/v2/incidents", { method: "POST", body: incident }),
    // It is recorded, however long the list takes to show it; and may be where the answer was lost, which the list tells.
    onSettled: () => void queries.invalidateQueries({ queryKey: ["incidents"] }),
  });

export const useRecordIncident = () => useMutation(recordMutation(useQueryClient()));

/** Confirmed by another than who recorded it, policies pay; dismissed, sales go on. */
export function useDecideIncident() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: "confirm" | "dismiss" }) => request<Incident>(`/api/v2/incidents/${encodeURIComponent(id)}/${decision}`, { method: "POST" }),
    onSuccess: () => Promise.all(["incidents", "claims", "policies"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}
