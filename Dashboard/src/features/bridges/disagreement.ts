/** How far `value` lies from what was agreed on, as a fraction of that; null where nothing was agreed on or it is 0. */
export const disagreement = (value: number | null, agreed: number | null): number | null =>
  value === null || agreed === null || agreed === 0 ? null : (value - agreed) / agreed;

/** Greatest distance of two of them from each other over their mean; null below two. */
export function spread(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean === 0 ? null : (Math.max(...values) - Math.min(...values)) / mean;
}
