import type { Capacity } from "@/shared/api/types";
import { checkName } from "@/shared/format/words";
import type { Tone } from "@/shared/ui/Badge";

/** Of the default terms: at or below it a depeg policy's run begins. */
export const defaultTrigger = 0.97;
/** Words for a price and nothing more; what follows from it the platform says. */
const [onPeg, nearPeg] = [0.997, 0.995];

/** How the price stands to the peg. It says nothing of sales: they resume later than the price does. */
export function pegState(pegRatio: number | null): [tone: Tone, word: string] {
  if (pegRatio === null) return ["neutral", "No consensus"];
  if (pegRatio <= defaultTrigger) return ["critical", "At the trigger"];
  if (pegRatio <= nearPeg) return ["warning", "Below the peg"];
  return pegRatio < onPeg ? ["caution", "Near the peg"] : ["good", "On the peg"];
}

/** Why no depeg cover of a coin is sold on any chain; null where some is, undefined where it is not known. */
export function whyNotSold(capacity: Capacity | undefined, coin: string): string | null | undefined {
  const products = capacity?.items.filter((item) => item.coverage_type === "depeg" && item.stablecoin === coin) ?? [];
  const [first] = products;
  if (!first) return undefined;
  if (products.some((item) => item.capacity_usd > 0)) return null;
  return first.reason ?? `${checkName(first.binding_check)}: the limit is reached.`;
}
