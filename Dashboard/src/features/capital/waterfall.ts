interface Capital {
  readonly tranche_id: string;
  readonly total_capital_usd: number;
}

/** What falls on the tranches, in USD. */
export interface Loss {
  /** Goes down the waterfall; ≥ 0. */
  readonly claimsUsd: number;
  /** Change of the value of deployed capital; negative is a loss, borne pro rata to capital. */
  readonly deployedChangeUsd: number;
}

/** What one tranche loses; negative is a gain. `share` is of its capital, not of the loss. */
export interface Part {
  readonly tranche_id: string;
  readonly usd: number;
  readonly share: number;
}

/** What a claim takes of each tranche, the first in the list before the next is touched; what none can bear is left over. */
export function absorb(tranches: readonly Capital[], claimsUsd: number) {
  let left = Math.max(0, claimsUsd);
  const taken: Part[] = [];
  for (const { tranche_id, total_capital_usd } of tranches) {
    const usd = Math.min(left, total_capital_usd);
    if (usd > 0) taken.push({ tranche_id, usd, share: usd / total_capital_usd });
    left -= usd;
  }

  return { taken, shortfall: left };
}

/**
 * What each tranche loses of its capital, as the platform's stress test has it: the market moves first and pro rata to capital, then claims go
 * down the waterfall over what that has left. It rounds each part of the change to cents, which nobody sees here.
 *
 * @param tranches first loss first
 * @returns the tranches that lose or gain something, in the same order, and what none can bear
 */
export function bear(tranches: readonly Capital[], { claimsUsd, deployedChangeUsd }: Loss): { parts: Part[]; shortfall: number } {
  const total = tranches.reduce((sum, t) => sum + t.total_capital_usd, 0);
  // Nobody loses more than there is.
  const change = Math.max(deployedChangeUsd, -total);
  const marked = tranches.map((t) => ({ ...t, total_capital_usd: total > 0 ? Math.max(0, t.total_capital_usd * (1 + change / total)) : 0 }));
  const { taken, shortfall } = absorb(marked, claimsUsd);
  const claimed = new Map(taken.map((part) => [part.tranche_id, part.usd]));
  const parts = tranches.flatMap(({ tranche_id, total_capital_usd }, index) => {
    const usd = total_capital_usd - (marked[index]?.total_capital_usd ?? 0) + (claimed.get(tranche_id) ?? 0);
    // Less than half a cent is what floats have left.
    return Math.abs(usd) < 0.005 ? [] : [{ tranche_id, usd, share: usd / total_capital_usd }];
  });
  return { parts, shortfall: shortfall + (change - deployedChangeUsd) };
}
