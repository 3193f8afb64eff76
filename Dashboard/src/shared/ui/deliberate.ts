/** Longest time between the clicks of a double click, as systems have it. */
const doubleClickMs = 500;

/** Whether a click is more than the rest of a double click on what was asked before; times in milliseconds. */
export const isDeliberate = (askedAt: number, clickedAt: number) => clickedAt - askedAt > doubleClickMs;
