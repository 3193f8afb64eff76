const hour = 3_600;

const lengths = { hour, hours: 6 * hour, day: 24 * hour, week: 7 * 24 * hour, month: 30 * 24 * hour } as const;

/** How far back a history reaches. */
export type SpanName = keyof typeof lengths;

export const spanOptions: readonly { value: SpanName; name: string }[] = [
  { value: "hours", name: "6 h" },
  { value: "day", name: "24 h" },
  { value: "week", name: "7 d" },
  { value: "month", name: "30 d" },
];

/** Unix seconds at which a span that ends now begins. Asked for with every reading, so that the span moves on while a page stays open. */
export const spanStart = (span: SpanName, now = Date.now()) => Math.floor(now / 1_000) - lengths[span];
