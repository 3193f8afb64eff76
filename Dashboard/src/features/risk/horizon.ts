import type { Horizon, Snapshot } from "@/shared/api/get-snapshot";

/** The horizon of that many days; undefined where the platform simulates another set of them. */
export const horizonOf = (snapshot: Snapshot, days: number): Horizon | undefined => snapshot.horizons.find((h) => h.days === days);

export const horizonName = (days: number) => (days === 1 ? "one day" : days === 365 ? "one year" : `${days} days`);
