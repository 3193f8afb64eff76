import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Throttle } from "./throttle";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("calls at once, once an interval, and keeps the last of a burst", () => {
  const called: string[] = [];
  const throttle = new Throttle(1_000, (key) => called.push(key));
  for (let i = 0; i < 100; i++) throttle.call("a");
  throttle.call("b");
  expect(called).toEqual(["a", "b"]);
  vi.advanceTimersByTime(999);
  expect(called).toEqual(["a", "b"]);
  vi.advanceTimersByTime(1);
  expect(called).toEqual(["a", "b", "a"]);
  vi.advanceTimersByTime(10_000);
  expect(called).toEqual(["a", "b", "a"]);
});
