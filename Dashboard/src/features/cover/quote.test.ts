import { expect, it } from "vitest";
import { secondsLeft, whyNotBindable } from "./quote";

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
