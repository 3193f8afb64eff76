import type { Pricing, Quote } from "@/shared/api/types";
import { everyDigit, unknown } from "@/shared/format/numbers";

/** Seconds that a quote still holds, by the platform's clock alone. @param sinceReceipt seconds since it came */
export const secondsLeft = ({ timestamp, expires_at }: Pick<Quote, "timestamp" | "expires_at">, sinceReceipt: number) => expires_at - timestamp - sinceReceipt;

const other: Record<Pricing, Pricing> = { standard: "dynamic", dynamic: "standard" };

/** Why a quote cannot be bought: the platform sells at one pricing only, and nothing that it could not keep. It does not say which of them it is. */
export const whyNotBindable = (pricing: Pricing) =>
  `It cannot be bought: the platform sells at ${other[pricing]} prices, or it could not keep the quote. Choose ${other[pricing]} pricing, or try again shortly.`;

/** The fewest decimals of a check's figure, and the most: the platform rounds it to so many. */
const [leastDigits, mostDigits] = [3, 8];

/** A check's figure with as many decimals as tell on which side of its limit it is, and the limit as it is set, never rounded. */
export function figuresOf({ value, limit }: { readonly value: number | null; readonly limit: number | null }): [value: string, limit: string] {
  if (value === null || limit === null) return [value?.toFixed(leastDigits) ?? unknown, limit === null ? unknown : everyDigit(limit)];
  let digits = leastDigits;
  while (digits < mostDigits && Math.sign(Number(value.toFixed(digits)) - limit) !== Math.sign(value - limit)) digits++;
  return [value.toFixed(digits), everyDigit(limit)];
}
