import type { Policy } from "@/shared/api/types";
import { pegRatio } from "@/shared/format/numbers";

/** The price terms of a policy, by name; none where no price decides. */
export function termsOf({ coverage_type, terms }: Pick<Policy, "coverage_type" | "terms">): (readonly [name: string, value: string])[] {
  if (terms === null) return [];
  return [
    ["Trigger (peg ratio)", pegRatio(terms.trigger_price)],
    ["Floor (peg ratio)", pegRatio(terms.floor_price)],
    // The hours of cex_liquidation are those in which the lowest ratio counts, not a dwell.
    ["Dwell", coverage_type === "cex_liquidation" ? "none: the first fall to the trigger counts" : `${terms.dwell_hours} h`],
  ];
}
