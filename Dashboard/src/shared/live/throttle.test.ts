import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Throttle } from "./throttle";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("calls at once, once an interval, and keeps the last of a burst", async () => {
  const called: string[] = [];
  const throttle = new Throttle(1_000, (key) => Promise.resolve(called.push(key)));
  for (let i = 0; i < 100; i++) throttle.call("a");
  throttle.call("b");
  expect(called).toEqual(["a", "b"]);
  await vi.advanceTimersByTimeAsync(999);
  expect(called).toEqual(["a", "b"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(called).toEqual(["a", "b", "a"]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(called).toEqual(["a", "b", "a"]);
});

it.each(["done", "failed"])("begins the interval when the action is %s", async (end) => {
  const running: Record<string, () => void>[] = [];
  const throttle = new Throttle(1_000, () => new Promise<void>((done, failed) => running.push({ done, failed })));
  throttle.call("a");
  await vi.advanceTimersByTimeAsync(20_000);
  throttle.call("a");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(running).toHaveLength(1);
  running[0]?.[end]?.();
  await vi.advanceTimersByTimeAsync(999);
  expect(running).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(running).toHaveLength(2);
});

it("calls nothing after it was stopped", async () => {
  const called: string[] = [];
  const throttle = new Throttle(1_000, (key) => Promise.resolve(called.push(key)));
  throttle.call("a");
  throttle.call("a");
  throttle.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(called).toEqual(["a"]);
});
