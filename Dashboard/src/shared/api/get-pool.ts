import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { refreshMs } from "./query-client";
import type { Pool } from "./types";

export const fetchPool = (signal?: AbortSignal) => request<Pool>("/api/v2/pool", { signal });

export const poolQuery = () =>
  queryOptions({ queryKey: ["pool"], queryFn: ({ signal }) => fetchPool(signal), refetchInterval: refreshMs });

export const usePool = () => useQuery(poolQuery());
