import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { JournalEntry, Page } from "@/shared/api/types";

const limit = 25;

export const fetchEntries = (account: string, cursor: string | null, signal?: AbortSignal) =>
  request<Page<JournalEntry>>(`/api/v2/ledger/entries${query({ account, cursor, limit })}`, { signal });

/** @param account only entries that touch it; empty for all */
export const entriesQuery = (account: string) =>
  infiniteQueryOptions({
    queryKey: ["ledger", "entries", account],
    queryFn: ({ signal, pageParam }) => fetchEntries(account, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: refreshMs,
  });

/** Operators only: others are refused. */
export const useEntries = (account: string) => useInfiniteQuery(entriesQuery(account));
