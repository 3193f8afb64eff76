import { expect, it } from "vitest";
import { levelsOf } from "./terms";

const labels = (...of: Parameters<typeof levelsOf>) => levelsOf(...of).map((level) => [level.value, level.label]);

it("shows the levels that were chosen", () => {
  expect(labels("depeg", { trigger_price: 0.975, floor_price: 0.9, dwell_hours: 4 })).toEqual([[0.975, "trigger 0.975"], [0.9, "floor 0.90: pays in full"]]);
});

it("says of levels that nobody chose that they are so by default: the platform may be set otherwise", () => {
  expect(labels("cex_liquidation", null)).toEqual([[0.95, "trigger by default 0.95"], [0.8, "floor by default 0.80: pays in full"]]);
});

it("knows none of what prices do not decide", () => expect(labels("bridge", null)).toEqual([]));
