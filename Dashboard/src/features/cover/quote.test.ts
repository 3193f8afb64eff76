import { expect, it } from "vitest";
import { figuresOf, secondsLeft, whyNotBindable } from "./quote";

it("holds for as long as the platform said, whatever the clock of the browser", () => {
  const quote = { timestamp: 1_767_614_400, expires_at: 1_767_614_700 };
  expect(secondsLeft(quote, 0)).toBe(300);
  expect(secondsLeft(quote, 299.5)).toBe(0.5);
  expect(secondsLeft(quote, 301)).toBe(-1);
});

it("says of either pricing that the other may be sold", () => {
  expect(whyNotBindable("dynamic")).toBe("It cannot be bought: the platform sells at standard prices, or it could not keep the quote. Choose standard pricing, or try again shortly.");
  expect(whyNotBindable("standard")).toContain("sells at dynamic prices");
});

it.each([
  [0.912, 0.85, "0.912", "0.85"],
  // Just above or below it is another figure than the limit, and on the side where it is.
  [0.10002, 0.1, "0.10002", "0.10"],
  [0.25000001, 0.25, "0.25000001", "0.25"],
  [0.09996, 0.1, "0.09996", "0.10"],
  [0.1254, 0.1252, "0.1254", "0.1252"],
  // As it is set, also where that is more than two decimals.
  [0.2, 0.125, "0.200", "0.125"],
  [null, 0.125, "–", "0.125"],
  [0.2, null, "0.200", "–"],
])("shows %d against %d so that they can be told apart", (value, limit, shownValue, shownLimit) => {
  expect(figuresOf({ value, limit })).toEqual([shownValue, shownLimit]);
});
