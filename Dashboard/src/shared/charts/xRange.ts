const hourS = 3_600;

/**
 * From where to where the x axis goes. A single point in time, as a platform has that was started a minute ago, stands in the middle of an
 * hour: the library would put it at the beginning of years.
 *
 * @param x all of them, in order
 * @param from what the library begins with; null where there is nothing
 * @param to what it ends with
 * @param axis what x is
 * @param bar width of a bar, which stands to the right of its x; 0 for lines
 */
export function xRange(x: ArrayLike<number>, from: number | null, to: number | null, axis: "time" | "figure", bar: number): [number | null, number | null] {
  if (from === null || to === null) return [from, to];
  return axis === "time" && x.length === 1 ? [from - hourS / 2, from + hourS / 2] : [from, to + bar];
}

/**
 * Whether a part of it was chosen, of which something is left: then something lies beyond what is in sight, and the part has not gone by.
 *
 * @param now all of them as they have become
 */
export const isPart = (x: ArrayLike<number>, now: ArrayLike<number>, from: number, to: number) =>
  ((x[0] ?? from) < from || (x[x.length - 1] ?? to) > to) && to > (now[0] ?? to);
