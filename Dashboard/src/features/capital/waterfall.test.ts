import { expect, it } from "vitest";
import { absorb, bear } from "./waterfall";

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

const capital = (equity: number, junior: number, senior: number) => [
  { tranche_id: "SURE_EQT", total_capital_usd: equity },
  { tranche_id: "SURE_JNR", total_capital_usd: junior },
  { tranche_id: "SURE_SNR", total_capital_usd: senior },
];

// Worked out by hand; each tranche's loss, negative where it gains, and what none bears.
it.each([
  // The market alone takes of all alike: 600 of 1 000 is 60 % of each.
  ["market", capital(100, 0, 900), 0, -600, [["SURE_EQT", 60], ["SURE_SNR", 540]], 0],
  ["claims", capital(100, 0, 900), 250, 0, [["SURE_EQT", 100], ["SURE_SNR", 150]], 0],
  // 20 % of each first leaves 80, 160 and 560; then 200 of claims take 80 and 120 of the most junior.
  ["both", capital(100, 200, 700), 200, -200, [["SURE_EQT", 100], ["SURE_JNR", 160], ["SURE_SNR", 140]], 0],
  // 10 % more of each makes 110, 220 and 770, of which 150 of claims take 110 and 40: the senior one gains 70, the junior one loses 20.
  ["a gain beside claims", capital(100, 200, 700), 150, 100, [["SURE_EQT", 100], ["SURE_JNR", 20], ["SURE_SNR", -70]], 0],
  // Of 1 200 the market can take 1 000, which leaves nothing for claims of 50: 200 + 50 fall on nobody.
  ["more than there is", capital(100, 200, 700), 50, -1_200, [["SURE_EQT", 100], ["SURE_JNR", 200], ["SURE_SNR", 700]], 250],
  ["no capital", capital(0, 0, 0), 50, -30, [], 80],
  ["nothing", capital(100, 200, 700), 0, 0, [], 0],
])("a stress is borne pro rata where the market makes it, junior first where claims do: %s", (_, tranches, claimsUsd, deployedChangeUsd, expected, unborne) => {
  const { parts, shortfall } = bear(tranches, { claimsUsd, deployedChangeUsd });
  expect(parts.map((p) => p.tranche_id)).toEqual(expected.map(([id]) => id));
  for (const [index, [, usd]] of expected.entries()) expect(parts[index]?.usd).toBeCloseTo(Number(usd), 9);
  expect(shortfall).toBeCloseTo(unborne, 9);
});

it("says which part of a tranche is lost", () => {
  expect(bear(capital(100, 0, 900), { claimsUsd: 0, deployedChangeUsd: -600 }).parts.map((p) => p.share)).toEqual([0.6, 0.6]);
});
