/** Adds up one figure of all points. */
export const total = <T>(points: readonly T[], figure: (point: T) => number): number => points.reduce((sum, point) => sum + figure(point), 0);

/** One over the other; null where there is nothing to divide by. */
export const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
