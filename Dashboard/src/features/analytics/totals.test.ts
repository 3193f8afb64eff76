import { expect, it } from "vitest";
import { ratio, total } from "./totals";

it("adds up", () => {
  expect(total([{ quotes: 3 }, { quotes: 0 }, { quotes: 39 }], (p) => p.quotes)).toBe(42);
  expect(total([], () => 1)).toBe(0);
});

it("is no ratio of nothing", () => {
  expect(ratio(3, 12)).toBe(0.25);
  expect(ratio(0, 0)).toBeNull();
});
