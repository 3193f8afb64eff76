import { expect, it } from "vitest";
import { interval } from "./estimate";

it("reaches 1.96 standard errors to both sides", () => {
  // 417 313.89 ± 1.959964 × 6 350.25 = ± 12 446.26.
  const { low, high } = interval({ value: 417_313.89, standard_error: 6_350.25 });
  expect(low).toBeCloseTo(404_867.63, 2);
  expect(high).toBeCloseTo(429_760.15, 2);
});

it("ends at no loss", () => expect(interval({ value: 54.74, standard_error: 60 }).low).toBe(0));

it("is a point where nothing varies", () => expect(interval({ value: 0, standard_error: 0 })).toEqual({ low: 0, high: 0 }));
