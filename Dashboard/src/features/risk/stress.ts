import { percent } from "@/shared/format/numbers";

/** What a scenario leaves of the pool. */
interface After {
  /** Cover over effective capital; null for cover without any capital, which is beyond every limit. */
  readonly ltv_after: number | null;
  /** Liquid reserves over capital; 1 with no capital. */
  readonly reserve_ratio_after: number;
}

/** What LTV is sorted by: cover without capital is worse than any. */
export const ltvAfter = ({ ltv_after }: After) => ltv_after ?? Infinity;

/** What the reserve ratio is sorted by: that of no capital says that all is liquid, and is the worst where there is cover. */
export const reservesAfter = ({ ltv_after, reserve_ratio_after }: After) => (ltv_after === null ? -Infinity : reserve_ratio_after);

/** One of the two as it is shown. */
export const ofCapitalLeft = (ratio: number) => (Number.isFinite(ratio) ? percent(ratio, 1) : "no capital left");
