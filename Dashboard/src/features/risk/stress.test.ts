import { expect, it } from "vitest";
import { ltvAfter, ofCapitalLeft, reservesAfter } from "./stress";

const worn = { ltv_after: 3.5, reserve_ratio_after: 0.05 };
// Of no capital all is liquid, says the platform.
const gone = { ltv_after: null, reserve_ratio_after: 1 };

it("shows what is left of the capital, and that none is", () => {
  expect([ltvAfter(worn), reservesAfter(worn)].map(ofCapitalLeft)).toEqual(["350.0 %", "5.0 %"]);
  expect([ltvAfter(gone), reservesAfter(gone)].map(ofCapitalLeft)).toEqual(["no capital left", "no capital left"]);
});

it("finds cover without capital worse than any other end", () => {
  expect(ltvAfter(gone)).toBeGreaterThan(ltvAfter(worn));
  expect(reservesAfter(gone)).toBeLessThan(reservesAfter(worn));
});
