import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Products } from "@/shared/api/types";

/** Chains and coins that smart-contract cover is offered on. */
export async function fetchProductMatrix(signal?: AbortSignal): Promise<{ chains: string[]; stablecoins: string[] }> {
  const { products } = await request<Products>("/api/v2/products?coverage_type=smart_contract", { signal });
  return { chains: [...new Set(products.map((p) => p.chain))], stablecoins: [...new Set(products.map((p) => p.stablecoin))] };
}

/** It changes with a release only. */
export const productMatrixQuery = () => queryOptions({ queryKey: ["products", "smart_contract"], queryFn: ({ signal }) => fetchProductMatrix(signal), staleTime: Infinity });

export const useProductMatrix = () => useQuery(productMatrixQuery());
