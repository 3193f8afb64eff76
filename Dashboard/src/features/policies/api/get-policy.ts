import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Policy } from "@/shared/api/types";
import { useKey } from "@/shared/session/session";

export const fetchPolicy = (id: string, signal?: AbortSignal) => request<Policy>(`/api/v2/policies/${encodeURIComponent(id)}`, { signal });

export const policyQuery = (id: string, hasKey: boolean) =>
  queryOptions({ queryKey: ["policies", "one", id], queryFn: ({ signal }) => fetchPolicy(id, signal), enabled: hasKey, refetchInterval: refreshMs });

export const usePolicy = (id: string) => useQuery(policyQuery(id, useKey() !== null));
