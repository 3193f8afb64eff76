/** What a loss takes of each tranche, the first in the list before the next is touched; what none can bear is left over. */
export function absorb(tranches: readonly { tranche_id: string; total_capital_usd: number }[], lossUsd: number) {
  let left = Math.max(0, lossUsd);
  const taken: { tranche_id: string; usd: number; share: number }[] = [];
  for (const { tranche_id, total_capital_usd } of tranches) {
    const usd = Math.min(left, total_capital_usd);
    if (usd > 0) taken.push({ tranche_id, usd, share: usd / total_capital_usd });
    left -= usd;
  }

  return { taken, shortfall: left };
}
