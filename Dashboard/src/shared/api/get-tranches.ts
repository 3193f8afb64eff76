import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { refreshMs } from "./query-client";
import type { Tranches } from "./types";

export const fetchTranches = (signal?: AbortSignal) => request<Tranches>("/api/v2/tranches/apy", { signal });

export const tranchesQuery = () =>
  queryOptions({ queryKey: ["tranches", "apy"], queryFn: ({ signal }) => fetchTranches(signal), refetchInterval: refreshMs });

export const useTranches = () => useQuery(tranchesQuery());
