import { afterEach, describe, expect, it, vi } from "vitest";
import { change, inPercent, pegRatio, percent, shares, shortUsd, usd, wholeUsd } from "./numbers";
import { clockTime, dateTime, duration } from "./times";
import { bridgeName, plain } from "./words";

describe("numbers", () => {
  it.each([
    [usd(19.73), "$19.73"],
    [usd(null), "–"],
    [wholeUsd(2_135_000), "$2,135,000"],
    [shortUsd(210_547_312.55), "$210.55M"],
    [usd(-1234.5), "−$1,234.50"],
    [percent(0.30543634), "30.54 %"],
    [inPercent(-1.04, 1), "−1.0 %"],
    [inPercent(7.4771), "7.48 %"],
    [change(-25), "−25.00 %"],
    [change(0.5, 1), "+0.5 %"],
    [change(-0.004), "0.00 %"],
    [pegRatio(0.9), "0.90"],
    [pegRatio(0.97), "0.97"],
    [pegRatio(0.975), "0.975"],
    [pegRatio(0.97125), "0.97125"],
    [shares("1234567.123456789000000000"), "1,234,567.1234"],
    // More digits than a double holds: none may be lost.
    [shares("12345678901234567890.5"), "12,345,678,901,234,567,890.5000"],
  ])("%s is %s", (actual, expected) => expect(actual).toBe(expected));
});

describe("times", () => {
  afterEach(() => vi.useRealTimers());

  it("names the zone", () => expect(dateTime(1678505351)).toMatch(/Mar 2023, \d{2}:29:11 (UTC|GMT[+-]?\d*|[A-Z]{2,5})/));

  it("names the day where it is not today's", () => {
    vi.setSystemTime(new Date(2026, 10, 25, 0, 0, 1));
    const clockOf = (...at: [number, number, number, number, number, number]) => clockTime(new Date(...at).getTime() / 1_000);
    expect(clockOf(2026, 10, 25, 0, 0, 0)).toMatch(/^00:00:00 \S+$/);
    expect(clockOf(2026, 10, 25, 23, 59, 59)).toMatch(/^23:59:59 \S+$/);
    expect(clockOf(2026, 10, 24, 23, 59, 59)).toMatch(/^24 Nov, 23:59:59 \S+$/);
    expect(clockOf(2026, 9, 25, 0, 0, 0)).toMatch(/^25 Oct, 00:00:00 \S+$/);
    expect(clockTime(null)).toBe("–");
  });

  it.each([
    [12.4, "12 s"],
    [125, "2 min 05 s"],
    [14_400, "4 h 00 min"],
    [90 * 86_400, "90 d 0 h"],
  ])("%d seconds are %s", (seconds, expected) => expect(duration(seconds)).toBe(expected));
});

describe("words", () => {
  it("reads ids", () => {
    expect(bridgeName("wormhole_eth_ton")).toBe("Wormhole ETH → TON");
    expect(plain("partially_paid")).toBe("Partially paid");
  });
});
