import { expect, it } from "vitest";
import { yRange } from "./yRange";

it("widens to what lies outside", () => {
  expect(yRange([0, 1], 0.3, 0.7)).toEqual([0, 1]);
  expect(yRange([0, 1], -0.2, 0.7)).toEqual([-0.2, 1]);
  expect(yRange([0, 1], 0.3, 1.85)).toEqual([0, 1.85]);
  expect(yRange([0, 1], null, null)).toEqual([0, 1]);
});
