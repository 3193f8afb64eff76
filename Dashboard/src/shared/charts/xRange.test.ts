import { describe, expect, it } from "vitest";
import { isPart, xRange } from "./xRange";

describe("the x axis", () => {
  it("goes from the first to the last point", () => expect(xRange([1_000, 5_000], 1_000, 5_000, "time", 0)).toEqual([1_000, 5_000]));
  it("has room for the last bar", () => expect(xRange([1_000, 5_000], 1_000, 5_000, "time", 60)).toEqual([1_000, 5_060]));
  it("is an hour around a single point in time", () => expect(xRange([7_200], 7_200, 86_407_200, "time", 0)).toEqual([5_400, 9_000]));
  it("leaves a single figure and no figure to the library", () => {
    expect(xRange([3], 2, 4, "figure", 0)).toEqual([2, 4]);
    expect(xRange([], null, null, "time", 0)).toEqual([null, null]);
  });
});

it("tells a part that was chosen from all there is", () => {
  const isPartOf = (x: number[], from: number, to: number) => isPart(x, x, from, to);
  expect(isPartOf([1_000, 5_000], 1_000, 5_000)).toBe(false);
  expect(isPartOf([1_000, 5_000], 1_000, 5_060)).toBe(false);
  expect(isPartOf([7_200], 5_400, 9_000)).toBe(false);
  expect(isPartOf([1_000, 5_000], 2_000, 5_000)).toBe(true);
  expect(isPartOf([1_000, 5_000], 1_000, 4_000)).toBe(true);
  expect(isPartOf([], 1_000, 5_000)).toBe(false);
});

it("is no longer a part once all of it has gone by", () => {
  const before = [1_000, 2_000, 3_000, 4_000, 5_000];
  expect(isPart(before, [2_000, 3_000, 4_000, 5_000, 6_000], 1_500, 2_500)).toBe(true);
  expect(isPart(before, [3_000, 4_000, 5_000, 6_000, 7_000], 1_500, 2_500)).toBe(false);
  expect(isPart(before, [], 1_500, 2_500)).toBe(false);
});
