import type { Stablecoin, StoredEvent } from "@/shared/api/types";

/** An event of a coin: only those have prices to test terms on. */
export type PricedEvent = StoredEvent & { stablecoin: Stablecoin };

export const pricedEvents = (events: readonly StoredEvent[]): PricedEvent[] => events.filter((e): e is PricedEvent => e.stablecoin !== null);
