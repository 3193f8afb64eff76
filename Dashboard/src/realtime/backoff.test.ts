import { describe, expect, it } from "vitest";
import { backoffMs, returnMs } from "./backoff";

const limits = { firstMs: 1_000, mostMs: 20_000 };

describe("backoffMs", () => {
  it.each([
    // attempt, random, expected: half to all of min(20 s, 1 s × 2^attempt), worked by hand
    [0, 0, 500],
    [0, 0.5, 750],
    [1, 0, 1_000],
    [3, 0.999, 7_996],
    [4, 0, 8_000],
    [5, 0, 10_000],
    [400, 0.5, 15_000],
  ])("attempt %i with %d waits %i ms", (attempt, random, expected) => {
    expect(backoffMs(attempt, limits, random)).toBeCloseTo(expected, 6);
  });
});

describe("returnMs", () => {
  it.each([
    ["reconnect_in=0ms", 0, 0],
    ["reconnect_in=1234ms", 0.5, 1_284],
    ["reconnect_in=60000ms", 0, 60_000],
    // Beyond a minute nobody stays away; a timer would take the last of these as "at once".
    ["reconnect_in=60001ms", 0, 60_000],
    ["reconnect_in=9999999999999999ms", 0.5, 60_050],
  ])("%s, random %d", (reason, random, expected) => expect(returnMs(reason, random)).toBe(expected));

  it.each(["", "reconnect_in=ms", "reconnect_in=-5ms", "reconnect_in=5s", "reconnect_in=1.5ms", "please reconnect_in=5ms"])("takes %j for no wish", (reason) =>
    expect(returnMs(reason, 0)).toBeNull());
});
