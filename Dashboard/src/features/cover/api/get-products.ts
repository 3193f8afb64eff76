import { queryOptions, useQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import type { Products } from "@/shared/api/types";

export const fetchProducts = (offered: boolean, signal?: AbortSignal) => request<Products>(`/api/v2/products${query({ offered })}`, { signal });

/** Rates are settings of the platform: they change when it is started anew. */
export const productsQuery = (offered: boolean) =>
  queryOptions({ queryKey: ["products", offered], queryFn: ({ signal }) => fetchProducts(offered, signal), staleTime: Infinity });

export const useProducts = (offered: boolean) => useQuery(productsQuery(offered));
