import { expect, it } from "vitest";
import type { Chain, CoverageType, Product, Stablecoin } from "@/shared/api/types";
import { matrixOf, shadeOf } from "./matrix";

const product = (coverage_type: CoverageType, chain: Chain, stablecoin: Stablecoin, reason: string | null = null): Product => ({
  product_hash: "0x", coverage_type, chain, stablecoin, base_rate: 0, chain_multiplier: 1, stablecoin_adjustment: 0, total_rate: 0.01, offered: reason === null, reason,
});

it("places every product, the excluded ones with their reason", () => {
  const matrix = matrixOf(
    [product("depeg", "Ethereum", "USDC"), product("depeg", "Bitcoin", "USDC"), product("bridge", "Ethereum", "USDC")],
    [product("bridge", "Bitcoin", "USDC", "Bitcoin is bridged through Lightning.")],
    { items: [{ product_hash: "0x", coverage_type: "depeg", chain: "Ethereum", stablecoin: "USDC", capacity_usd: 5, binding_check: "ltv", reason: null }], timestamp: 1 },
  );
  expect([matrix.types, matrix.chains, matrix.coins]).toEqual([["depeg", "bridge"], ["Ethereum", "Bitcoin"], ["USDC"]]);
  expect(matrix.cell("depeg", "Ethereum", "USDC")).toMatchObject({ capacity: 5, bindingCheck: "ltv", why: null });
  expect(matrix.cell("depeg", "Bitcoin", "USDC")?.capacity).toBeNull();
  expect(matrix.cell("bridge", "Bitcoin", "USDC")).toMatchObject({ capacity: 0, why: "Bitcoin is bridged through Lightning." });
});

it("shades by rank", () => {
  const sorted = [1, 2, 3, 4, 5, 6];
  expect(sorted.map((value) => shadeOf(value, sorted))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(shadeOf(1, [1, 1, 1, 9])).toBe(0);
  expect(shadeOf(7, [])).toBe(0);
});
