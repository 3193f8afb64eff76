import { expect, it } from "vitest";
import { disagreement, spread } from "./disagreement";

it("is a fraction of what was agreed on", () => {
  expect(disagreement(0.98, 1)).toBeCloseTo(-0.02, 12);
  expect(disagreement(216_775_379.09, 216_621_495.24)).toBeCloseTo(0.000710, 6);
});

it("is not known without an agreement", () => {
  expect(disagreement(1, null)).toBeNull();
  expect(disagreement(null, 1)).toBeNull();
  expect(disagreement(5, 0)).toBeNull();
});

it("spreads from the lowest to the highest", () => {
  // (1.02 − 0.98) / 1.00
  expect(spread([1, 0.98, 1.02])).toBeCloseTo(0.04, 12);
  expect(spread([1])).toBeNull();
  expect(spread([0, 0])).toBeNull();
});
