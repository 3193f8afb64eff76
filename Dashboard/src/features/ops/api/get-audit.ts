import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Page } from "@/shared/api/types";

export interface AuditRecord {
  audit_id: string;
  at: number;
  /** Whose trail it is of. */
  service?: string;
  /** A subject, or “platform” for what no person did. */
  actor: string;
  action: string;
  detail: unknown;
}

export const fetchAudit = (cursor: string | null, signal?: AbortSignal) => request<Page<AuditRecord>>(`/api/v2/admin/audit${query({ cursor, limit: 100 })}`, { signal });

export const auditQuery = () =>
  infiniteQueryOptions({
    queryKey: ["audit"],
    queryFn: ({ signal, pageParam }) => fetchAudit(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: refreshMs,
  });

/** Operators only: others are refused. */
export const useAudit = () => useInfiniteQuery(auditQuery());
