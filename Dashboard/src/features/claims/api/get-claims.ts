import { infiniteQueryOptions, queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Claim, Page } from "@/shared/api/types";
import { useKey } from "@/shared/session/session";

const limit = 50;

export const fetchClaims = (status: string | undefined, cursor: string | null, signal?: AbortSignal) =>
  request<Page<Claim>>(`/api/v2/claims${query({ status, cursor, limit })}`, { signal });

export const claimsQuery = (status: string | undefined, hasKey: boolean) =>
  infiniteQueryOptions({
    queryKey: ["claims", "list", status ?? null],
    queryFn: ({ signal, pageParam }) => fetchClaims(status, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    enabled: hasKey,
    refetchInterval: refreshMs,
  });

export const useClaims = (status: string | undefined) => useInfiniteQuery(claimsQuery(status, useKey() !== null));

export const fetchClaim = (id: string, signal?: AbortSignal) => request<Claim>(`/api/v2/claims/${encodeURIComponent(id)}`, { signal });

export const claimQuery = (id: string, hasKey: boolean) =>
  queryOptions({ queryKey: ["claims", "one", id], queryFn: ({ signal }) => fetchClaim(id, signal), enabled: hasKey, refetchInterval: refreshMs });

export const useClaim = (id: string) => useQuery(claimQuery(id, useKey() !== null));
