import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Curves } from "@/shared/api/types";

export const fetchCurves = (signal?: AbortSignal) => request<Curves>("/api/v2/tranches/curves", { signal });

/** Formulas: they do not change while the platform runs. */
export const curvesQuery = () => queryOptions({ queryKey: ["curves"], queryFn: ({ signal }) => fetchCurves(signal), staleTime: Infinity });

export const useCurves = () => useQuery(curvesQuery());
