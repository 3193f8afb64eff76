import type { Terms } from "@/shared/api/types";
import type { Level } from "@/shared/charts/LineChart";
import { pegRatio } from "@/shared/format/numbers";

/** As typed: text, so that a half-written number stays as it is. */
export interface OwnTerms {
  readonly trigger_price: string;
  readonly floor_price: string;
  readonly dwell_hours: string;
}

export const defaultTerms: OwnTerms = { trigger_price: "0.97", floor_price: "0.90", dwell_hours: "4" };

/** Only a depeg policy has terms of its own choosing. */
export const hasOwnTerms = (type: string) => type === "depeg";

export function termsOf(type: string, own: OwnTerms): Terms | null {
  if (!hasOwnTerms(type)) return null;
  return { trigger_price: Number(own.trigger_price), floor_price: Number(own.floor_price), dwell_hours: Number(own.dwell_hours) };
}

/** Whether there is a number in every field; whether it is a good one the platform says. */
export const isComplete = (terms: Terms | null) => terms === null || Object.values(terms).every((value) => Number.isFinite(value) && value > 0);

/** Of the triggers that prices alone decide: settings of the platform that a back-test does not carry, so these are what they are unless set. */
const defaults: Record<string, Pick<Terms, "trigger_price" | "floor_price">> = { cex_liquidation: { trigger_price: 0.95, floor_price: 0.8 } };

/** The levels of a price that decide; those that nobody chose are said to be so by default. */
export function levelsOf(type: string, chosen: Terms | null): Level[] {
  const terms = chosen ?? defaults[type];
  if (!terms) return [];
  const byDefault = chosen ? "" : " by default";
  return [
    { value: terms.trigger_price, label: `trigger${byDefault} ${pegRatio(terms.trigger_price)}`, color: "warning" },
    { value: terms.floor_price, label: `floor${byDefault} ${pegRatio(terms.floor_price)}: pays in full`, color: "critical" },
  ];
}
