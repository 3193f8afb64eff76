import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { pricesQuery } from "@/shared/api/get-prices";
import type { Capacity, Price } from "@/shared/api/types";
import { depegSalesQuery } from "./api/get-depeg-sales";
import { pegState, whyNotSold } from "./peg";
import { PricesTab } from "./PricesTab";

// Drawn in a browser only.
vi.mock("@/shared/charts/LineChart", () => ({ LineChart: () => null }));

const stopped = "The peg ratio of USDC is 0.9965; sales resume when it has been at 0.997 or above for 60 minutes.";
const product = (chain: string, stablecoin: string, capacity_usd: number, binding_check: string | null, reason: string | null) =>
  ({ coverage_type: "depeg", chain, stablecoin, product_hash: "", capacity_usd, binding_check, reason });
const capacity = {
  items: [
    product("Ethereum", "USDC", 0, "known_event", stopped),
    product("Base", "USDC", 0, "known_event", stopped),
    product("Ethereum", "DAI", 0, "chain", null),
    product("Base", "DAI", 12_500, "chain", null),
    product("Base", "LUSD", 0, "ltv", null),
  ],
  timestamp: 1_697_564_800,
} as Capacity;

const row = (sales: Capacity | undefined) => {
  const queries = new QueryClient();
  const price: Price = { stablecoin: "USDC", peg_ratio: 0.9965, price: 0.9965, reference: 1, consensus: 1, live_sources: 2, sources: [], data_source: "simulated", data_age_seconds: 2, timestamp: 1_697_564_800 };
  queries.setQueryData(pricesQuery().queryKey, { prices: [price] } as never);
  if (sales) queries.setQueryData(depegSalesQuery().queryKey, sales);
  return renderToStaticMarkup(<QueryClientProvider client={queries}><PricesTab chosen={null} onChoose={() => undefined} /></QueryClientProvider>);
};

it("says that nothing is sold on a coin as the platform does, whatever its price", () => {
  // Sales stop lower than they resume, so between the two the price alone does not tell.
  expect(row(capacity)).toMatch(/Near the peg.*No sales.*No depeg cover is sold on it\..*0\.997 or above for 60 minutes/);
  expect(row(capacity)).not.toContain("On the peg");
});

it("says nothing of sales that it does not know", () => {
  expect(row(undefined)).not.toMatch(/No sales|Sold<|On the peg/);
});

it("is sold where any chain has some left", () => {
  expect(whyNotSold(capacity, "DAI")).toBeNull();
  expect(whyNotSold(capacity, "USDC")).toBe(stopped);
  expect(whyNotSold(capacity, "LUSD")).toBe("Loan-to-value of the pool: the limit is reached.");
  expect(whyNotSold(capacity, "GHO")).toBeUndefined();
  expect(whyNotSold(undefined, "USDC")).toBeUndefined();
});

it.each([
  [null, "No consensus"],
  [0.97, "At the trigger"],
  [0.995, "Below the peg"],
  [0.9951, "Near the peg"],
  [0.997, "On the peg"],
  [1.002, "On the peg"],
])("calls a peg ratio of %d what it is", (ratio, word) => expect(pegState(ratio)[1]).toBe(word));
