import type { Estimate } from "@/shared/api/get-snapshot";

/** Standard normal quantile of 97.5 %: what lies within it on both sides are 95 %. */
const z95 = 1.959963984540054;

/** The 95 % confidence interval of a simulated figure. A loss is never negative. */
export function interval(estimate: Estimate): { low: number; high: number } {
  const half = z95 * estimate.standard_error;
  return { low: Math.max(0, estimate.value - half), high: estimate.value + half };
}
