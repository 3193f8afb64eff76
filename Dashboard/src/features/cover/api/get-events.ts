import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { StoredEvents } from "@/shared/api/types";

export const fetchEvents = (signal?: AbortSignal) => request<StoredEvents>("/api/v2/events", { signal });

/** History does not change. */
export const eventsQuery = () => queryOptions({ queryKey: ["events"], queryFn: ({ signal }) => fetchEvents(signal), staleTime: Infinity });

export const useEvents = () => useQuery(eventsQuery());
