import type { Pricing, Quote } from "@/shared/api/types";

/** Seconds that a quote still holds, by the platform's clock alone. @param sinceReceipt seconds since it came */
export const secondsLeft = ({ timestamp, expires_at }: Pick<Quote, "timestamp" | "expires_at">, sinceReceipt: number) => expires_at - timestamp - sinceReceipt;

const other: Record<Pricing, Pricing> = { standard: "dynamic", dynamic: "standard" };

/** Why a quote cannot be bought: the platform sells at one pricing only, and nothing that it could not keep. It does not say which of them it is. */
export const whyNotBindable = (pricing: Pricing) =>
  `It cannot be bought: the platform sells at ${other[pricing]} prices, or it could not keep the quote. Choose ${other[pricing]} pricing, or try again shortly.`;
