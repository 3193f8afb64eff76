import type { LedgerCheck } from "@/shared/api/types";
import { usd } from "@/shared/format/numbers";

/** What a check of the ledger found wrong, in sentences; none where everything agrees. */
export function faultsOfLedger({ sum_usd, accounts, figures }: LedgerCheck): string[] {
  const balances = accounts.filter((a) => a.balance_usd !== a.journal_usd).length;
  const kept = figures.filter((f) => !f.agrees).length;
  return [
    ...(balances === 0 ? [] : [balances === 1 ? "One balance is not what the journal says." : `${balances} balances are not what the journal says.`]),
    ...(kept === 0 ? [] : [kept === 1 ? "One kept figure is not what it counts." : `${kept} kept figures are not what they count.`]),
    ...(sum_usd === 0 ? [] : [`All balances together are ${usd(sum_usd)}, not 0.`]),
  ];
}

/** A figure that came as text, with every digit but the zeros that say nothing: `1.500` as `1.5`. */
export const exact = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
