import { expect, it } from "vitest";
import type { LedgerCheck } from "@/shared/api/types";
import { exact, faultsOfLedger } from "./ledger";

const sound: LedgerCheck = {
  agrees: true,
  sum_usd: 0,
  accounts: [{ account: "cash", balance_usd: 5, journal_usd: 5 }, { account: "capital:SURE_EQT", balance_usd: -5, journal_usd: -5 }],
  figures: [{ figure: "active_policies", subject: null, kept: "3", recomputed: "3", agrees: true }],
  timestamp: 1,
};

it("finds nothing where everything agrees", () => expect(faultsOfLedger(sound)).toEqual([]));

it("finds a balance, kept figures and a sum, each by itself", () => {
  expect(faultsOfLedger({ ...sound, accounts: [{ account: "cash", balance_usd: 5, journal_usd: 4 }] })).toEqual(["One balance is not what the journal says."]);
  const wrong = { figure: "coverage", subject: "USDC", kept: "10.00", recomputed: "12.00", agrees: false };
  expect(faultsOfLedger({ ...sound, figures: [wrong, wrong] })).toEqual(["2 kept figures are not what they count."]);
  expect(faultsOfLedger({ ...sound, figures: [wrong] })).toEqual(["One kept figure is not what it counts."]);
  expect(faultsOfLedger({ ...sound, sum_usd: -0.01 })).toEqual(["All balances together are −$0.01, not 0."]);
});

it("shows every digit that says something", () => {
  expect(exact("2500000.000000000000000000")).toBe("2500000");
  expect(exact("999.999800000000000001")).toBe("999.999800000000000001");
  expect(exact("-1.50")).toBe("-1.5");
  expect(exact("100")).toBe("100");
  expect(exact("0.00")).toBe("0");
});
