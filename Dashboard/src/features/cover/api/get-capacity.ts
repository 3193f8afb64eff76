import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Capacity } from "@/shared/api/types";

/** Of all products at once: what of each would still pass every check. */
export const fetchCapacity = (signal?: AbortSignal) => request<Capacity>("/api/v2/capacity", { signal });

export const capacityQuery = () => queryOptions({ queryKey: ["capacity"], queryFn: ({ signal }) => fetchCapacity(signal), refetchInterval: refreshMs });

export const useCapacity = () => useQuery(capacityQuery());
