import { expect, it } from "vitest";
import { absorb } from "./waterfall";

const tranches = [
  { tranche_id: "SURE_EQT", total_capital_usd: 100 },
  { tranche_id: "SURE_JNR", total_capital_usd: 0 },
  { tranche_id: "SURE_SNR", total_capital_usd: 400 },
];

it.each([
  [0, [], 0],
  [60, [["SURE_EQT", 60]], 0],
  [100, [["SURE_EQT", 100]], 0],
  [250, [["SURE_EQT", 100], ["SURE_SNR", 150]], 0],
  [700, [["SURE_EQT", 100], ["SURE_SNR", 400]], 200],
])("a loss of %d is borne junior first", (loss, taken, shortfall) => {
  const result = absorb(tranches, loss);
  expect(result.taken.map((t) => [t.tranche_id, t.usd])).toEqual(taken);
  expect(result.shortfall).toBe(shortfall);
});
