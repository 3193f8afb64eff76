import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { quickRefreshMs } from "./query-client";
import type { Prices } from "./types";

export const fetchPrices = (signal?: AbortSignal) => request<Prices>("/api/v2/oracles/prices", { signal });

export const pricesQuery = () =>
  queryOptions({ queryKey: ["prices"], queryFn: ({ signal }) => fetchPrices(signal), refetchInterval: quickRefreshMs });

export const usePrices = () => useQuery(pricesQuery());
