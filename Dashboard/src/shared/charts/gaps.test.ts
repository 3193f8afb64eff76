import { describe, expect, it } from "vitest";
import { isolated, withGaps } from "./gaps";

describe("a line", () => {
  it("is interrupted where hours are missing", () =>
    expect(withGaps([0, 60, 120, 7_320, 7_380], [{ label: "LTV", values: [0.5, 0.6, null, 0.7, 0.8] }], 60)).toEqual({
      x: [0, 60, 120, 3_720, 7_320, 7_380],
      lines: [{ label: "LTV", values: [0.5, 0.6, null, null, 0.7, 0.8] }],
    }));

  it("is where there are few points", () => expect(withGaps([0, 60, 7_260], [{ values: [1, 2, 3] }], 60).x).toEqual([0, 60, 3_660, 7_260]));

  it("is not where a point came late in its time", () => expect(withGaps([0, 60, 180, 240], [{ values: [1, 2, 3, 4] }], 60).x).toEqual([0, 60, 180, 240]));

  it("is not where points are made more rarely than they could be shown", () => expect(withGaps([0, 60, 121, 180], [{ values: [1, 2, 3, 4] }], 5).x).toEqual([0, 60, 121, 180]));

  it("of one point or none stays as it is", () => {
    expect(withGaps([5], [{ values: [1] }], 60)).toEqual({ x: [5], lines: [{ values: [1] }] });
    expect(withGaps([], [], 60)).toEqual({ x: [], lines: [] });
  });
});

it("finds what stands alone", () => {
  expect(isolated([1])).toEqual([0]);
  expect(isolated([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  expect(isolated([null, 1, 2])).toEqual([]);
});
