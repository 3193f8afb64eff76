type Values = readonly (number | null)[];

/** Points that are further apart than this many times what they usually are, or stand for, have something missing between them. */
const tolerated = 2;

/**
 * Histories leave out the times of which nothing is known: a null between the points on either side keeps a line from being drawn across.
 *
 * @param x Unix seconds, in order
 * @param resolution seconds that a point stands for; points may be further apart as a rule, where they are made more rarely
 */
export function withGaps<L extends { readonly values: Values }>(x: readonly number[], lines: readonly L[], resolution: number): { x: readonly number[]; lines: readonly L[] } {
  const distances = x.slice(1).map((at, i) => at - (x[i] ?? at));
  const usual = distances.toSorted((a, b) => a - b)[(distances.length - 1) >> 1] ?? 0;
  const reach = tolerated * Math.max(resolution, usual);
  const insert = <T,>(values: readonly T[], between: (i: number) => T) => values.flatMap((value, i) => ((distances[i - 1] ?? 0) > reach ? [between(i), value] : [value]));
  return {
    x: insert(x, (i) => ((x[i - 1] ?? 0) + (x[i] ?? 0)) / 2),
    lines: lines.map((line) => ({ ...line, values: insert<number | null>(line.values, () => null) })),
  };
}

/** Where a value stands alone, so that no line leads to it or from it. */
export const isolated = (values: ArrayLike<number | null | undefined>): number[] =>
  Array.from(values).flatMap((value, i) => (value != null && values[i - 1] == null && values[i + 1] == null ? [i] : []));
