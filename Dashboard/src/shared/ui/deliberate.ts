/** Longest time between the clicks of a double click, as systems have it. */
const doubleClickMs = 500;

/** Whether a click is more than the rest of a double click on what was asked or done before; times in milliseconds, as events have them. */
export const isDeliberate = (before: number, clickedAt: number) => clickedAt - before > doubleClickMs;
