import { queryOptions, useQuery } from "@tanstack/react-query";
import { query, request } from "./client";
import { type SpanName, spanStart } from "@/shared/ui/spans";
import { refreshMs } from "./query-client";
import type { SnapshotHistory } from "./types";

/** @param from Unix seconds */
export const fetchSnapshots = (from: number, signal?: AbortSignal) =>
  request<SnapshotHistory>(`/api/v2/risk/snapshots${query({ from })}`, { signal });

export const snapshotsQuery = (span: SpanName) =>
  queryOptions({ queryKey: ["risk", "snapshots", span], queryFn: ({ signal }) => fetchSnapshots(spanStart(span), signal), refetchInterval: refreshMs });

export const useSnapshots = (span: SpanName) => useQuery(snapshotsQuery(span));
