import { queryOptions, useQuery } from "@tanstack/react-query";
import { query, request } from "./client";
import { refreshMs } from "./query-client";
import type { SnapshotHistory } from "./types";

/** @param from Unix seconds; since the beginning where it is not given. */
export const fetchSnapshots = (from?: number, signal?: AbortSignal) =>
  request<SnapshotHistory>(`/api/v2/risk/snapshots${query({ from })}`, { signal });

export const snapshotsQuery = (from?: number) =>
  queryOptions({ queryKey: ["risk", "snapshots", from ?? null], queryFn: ({ signal }) => fetchSnapshots(from, signal), refetchInterval: refreshMs });

export const useSnapshots = (from?: number) => useQuery(snapshotsQuery(from));
