/** Milliseconds before attempt `attempt` (0 for the first after a loss) to reconnect. */
export interface BackoffLimits {
  /** Longest wait before the first attempt. */
  readonly firstMs: number;
  /** Longest wait before any attempt. */
  readonly mostMs: number;
}

/**
 * Doubles with every attempt up to the limit, and takes a random part between half and all of it: clients that were cut off together
 * do not come back together.
 *
 * @param random a number in [0, 1)
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random: number): number {
  // 2^30 × any limit is past every cap; beyond, the power would lose meaning.
  const ceiling = Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (ceiling / 2) * random;
}

/** Longest wait that a server may ask for; a longer one is a mistake, and would leave the client away for good. */
const mostReturnMs = 60_000;
/** What was told one after the other in a millisecond or two is spread a little more. */
const returnJitterMs = 100;

/**
 * Milliseconds after which a server that goes away asked this client to come back (`reconnect_in=1234ms`), a little later by chance;
 * null where the reason of its close says nothing of it.
 *
 * @param random a number in [0, 1)
 */
export function returnMs(reason: string, random: number): number | null {
  const asked = /^reconnect_in=(\d+)ms$/.exec(reason)?.[1];
  return asked === undefined ? null : Math.min(Number(asked), mostReturnMs) + returnJitterMs * random;
}
