/** A range of the y axis, wider where values lie outside it: a crisis is not to be cut off. */
export const yRange = ([from, to]: readonly [number, number], low: number | null, high: number | null): [number, number] => [Math.min(from, low ?? from), Math.max(to, high ?? to)];
