import { queryOptions, useQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Capacity } from "@/shared/api/types";

/** What is still sold against the coins' pegs. Of all products it would be five times as much. */
export const fetchDepegSales = (signal?: AbortSignal) => request<Capacity>(`/api/v2/capacity${query({ coverage_type: "depeg" })}`, { signal });

export const depegSalesQuery = () => queryOptions({ queryKey: ["capacity", "depeg"], queryFn: ({ signal }) => fetchDepegSales(signal), refetchInterval: refreshMs });

export const useDepegSales = () => useQuery(depegSalesQuery());
