import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Page, Policy } from "@/shared/api/types";
import { useKey } from "@/shared/session/session";

export interface PolicyFilter {
  status?: string | undefined;
  coverage_type?: string | undefined;
  stablecoin?: string | undefined;
  chain?: string | undefined;
}

const limit = 50;

export const fetchPolicies = (filter: PolicyFilter, cursor: string | null, signal?: AbortSignal) =>
  request<Page<Policy>>(`/api/v2/policies${query({ ...filter, cursor, limit })}`, { signal });

export const policiesQuery = (filter: PolicyFilter, hasKey: boolean) =>
  infiniteQueryOptions({
    queryKey: ["policies", "list", filter],
    queryFn: ({ signal, pageParam }) => fetchPolicies(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    enabled: hasKey,
    refetchInterval: refreshMs,
  });

export const usePolicies = (filter: PolicyFilter) => useInfiniteQuery(policiesQuery(filter, useKey() !== null));
