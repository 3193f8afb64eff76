import { unknown } from "./numbers";

type Maybe = number | null | undefined;

// The reader's own zone, always named: a figure without it would be read as somebody else's.
const day: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "2-digit" };
const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const moment = new Intl.DateTimeFormat("en-GB", { ...day, ...clock, second: "2-digit", timeZoneName: "short" });
const minute = new Intl.DateTimeFormat("en-GB", { ...day, ...clock, timeZoneName: "short" });
const timeOnly = new Intl.DateTimeFormat("en-GB", { ...clock, second: "2-digit", timeZoneName: "short" });
const dayAndTime = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", ...clock, second: "2-digit", timeZoneName: "short" });
const dateOnly = new Intl.DateTimeFormat("en-GB", { ...day, timeZoneName: "short" });

/** `25 Nov 2026, 21:40:02 UTC` of Unix seconds. */
export const dateTime = (seconds: Maybe) => (seconds == null ? unknown : moment.format(seconds * 1_000));

/** The same to the minute. */
export const dateMinute = (seconds: Maybe) => (seconds == null ? unknown : minute.format(seconds * 1_000));

/** `21:40:02 UTC`, or `25 Nov, 21:40:02 UTC` where that is another day than today's: what is days old must not read like this morning's. */
export function clockTime(seconds: Maybe): string {
  if (seconds == null) return unknown;
  const at = new Date(seconds * 1_000);
  return (at.toDateString() === new Date().toDateString() ? timeOnly : dayAndTime).format(at);
}

export const date = (seconds: Maybe) => (seconds == null ? unknown : dateOnly.format(seconds * 1_000));

/** The short name of the reader's zone at that time, for axes. */
export const zoneName = (seconds: number) =>
  timeOnly.formatToParts(seconds * 1_000).find((part) => part.type === "timeZoneName")?.value ?? "local time";

/** `4 h 05 min`, `12 s`. */
export function duration(seconds: Maybe): string {
  if (seconds == null || !Number.isFinite(seconds)) return unknown;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
