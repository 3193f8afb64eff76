import { expect, it } from "vitest";
import { isDeliberate } from "./deliberate";

it("takes the second click of a double click for no decision", () => {
  expect(isDeliberate(1_000, 1_180)).toBe(false);
  expect(isDeliberate(1_000, 1_500)).toBe(false);
  expect(isDeliberate(1_000, 1_501)).toBe(true);
});
