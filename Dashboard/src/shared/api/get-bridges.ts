import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { refreshMs } from "./query-client";
import type { Bridges } from "./types";

export const fetchBridges = (signal?: AbortSignal) => request<Bridges>("/api/v2/bridge-health", { signal });

export const bridgesQuery = () =>
  queryOptions({ queryKey: ["bridges"], queryFn: ({ signal }) => fetchBridges(signal), refetchInterval: refreshMs });

export const useBridges = () => useQuery(bridgesQuery());
