const hour = 3_600;

const lengths = { hours: 6 * hour, day: 24 * hour, week: 7 * 24 * hour, month: 30 * 24 * hour } as const;

/** How far back a history reaches. */
export type SpanName = keyof typeof lengths;

export const spanOptions: readonly { value: SpanName; name: string }[] = [
  { value: "hours", name: "6 h" },
  { value: "day", name: "24 h" },
  { value: "week", name: "7 d" },
  { value: "month", name: "30 d" },
];

/** Unix seconds at which the span begins, on a whole minute so that two panels that begin in the same one share an answer. */
export const spanStart = (span: SpanName, now = Date.now()) => Math.floor(now / 60_000) * 60 - lengths[span];
