import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { refreshMs } from "./query-client";
import type { Exposure } from "./types";

export const fetchExposure = (signal?: AbortSignal) => request<Exposure>("/api/v2/risk/exposure", { signal });

export const exposureQuery = () =>
  queryOptions({ queryKey: ["risk", "exposure"], queryFn: ({ signal }) => fetchExposure(signal), refetchInterval: refreshMs });

export const useExposure = () => useQuery(exposureQuery());
