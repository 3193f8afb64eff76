import { afterEach, expect, it, vi } from "vitest";
import { connectionWords } from "./connection";

const lost = (reason: string, lostAt: number | null) => ({ phase: "waiting", nextAttemptAt: 2_000, loss: { attempt: 3, lostAt, reason } }) as const;

afterEach(() => vi.useRealTimers());

it("says live of what is live only", () => {
  expect(connectionWords({ phase: "live", clientId: "c" }, false, true)[0]).toBe("Live");
  expect(connectionWords({ phase: "connecting", loss: null }, false, true)).toEqual(["Connecting", "The platform is being reached."]);
});

it("says until when it was live, and no time where it never was", () => {
  vi.setSystemTime(1_767_614_400_000);
  expect(connectionWords(lost("closed with 1006", 1_767_614_400_000), true, true)[1]).toMatch(/^Cut off; live until \d\d:\d\d:00/);
  expect(connectionWords(lost("closed with 1006", null), true, true)).toEqual(["Reconnecting", "The platform is being reached."]);
});

it("says that a key is needed, also while it is tried again", () => {
  const words = "Changes as they happen need a key: enter one with “Key”. Figures are read anew every minute.";
  expect(connectionWords(lost("unauthenticated", null), true, false)).toEqual(["Not live", words]);
  expect(connectionWords({ phase: "connecting", loss: lost("unauthenticated", null).loss }, true, false)).toEqual(["Not live", words]);
  expect(connectionWords(lost("invalid_token", null), true, true)[1]).toContain("does not accept the key");
});

it("blames no key that could not be checked", () => {
  expect(connectionWords(lost("unavailable", null), true, true)).toEqual(["Reconnecting", "The platform cannot check the key at the moment. It is tried again shortly."]);
});
