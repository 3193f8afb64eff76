import type { Capacity, Chain, CoverageType, Product, Stablecoin } from "@/shared/api/types";

export interface Cell {
  readonly product: Product;
  /** USD that would still pass every check; null while it is not known. */
  readonly capacity: number | null;
  readonly bindingCheck: string | null;
  /** Why nothing can be had: not offered at all, or not now. */
  readonly why: string | null;
}

export interface Matrix {
  readonly types: readonly CoverageType[];
  readonly chains: readonly Chain[];
  readonly coins: readonly Stablecoin[];
  readonly cell: (type: string, chain: string, coin: string) => Cell | undefined;
}

const keyOf = (p: { coverage_type: string; chain: string; stablecoin: string }) => `${p.coverage_type} ${p.chain} ${p.stablecoin}`;
const distinct = <T>(words: readonly T[]) => [...new Set(words)];

/** The 560 products and the 70 others as a table of coverage × chain × coin, in the order in which the platform lists them. */
export function matrixOf(offered: readonly Product[], excluded: readonly Product[], capacity: Capacity | undefined): Matrix {
  const capacities = new Map((capacity?.items ?? []).map((item) => [keyOf(item), item]));
  const cells = new Map<string, Cell>();
  for (const product of [...offered, ...excluded]) {
    const known = capacities.get(keyOf(product));
    cells.set(keyOf(product), {
      product,
      capacity: product.offered ? (known?.capacity_usd ?? null) : 0,
      bindingCheck: known?.binding_check ?? null,
      why: product.offered ? (known?.reason ?? null) : product.reason,
    });
  }

  return {
    types: distinct(offered.map((p) => p.coverage_type)),
    chains: distinct(offered.map((p) => p.chain)),
    coins: distinct(offered.map((p) => p.stablecoin)),
    cell: (type, chain, coin) => cells.get(`${type} ${chain} ${coin}`),
  };
}

export type Measure = "rate" | "capacity";

/** How many shades there are. */
export const shades = 6;

/** Which of the shades a value has among all of them, by rank of its size so that a few large ones do not make the rest look alike. */
export function shadeOf(value: number, sorted: readonly number[]): number {
  if (sorted.length === 0) return 0;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }

  return Math.min(shades - 1, Math.floor((low / sorted.length) * shades));
}
