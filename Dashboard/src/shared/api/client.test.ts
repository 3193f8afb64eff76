import { QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { request, Unreachable } from "./client";
import { fetchHealth } from "./get-health";
import { createQueryClient } from "./query-client";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const answers = (status: number, body: string) => vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));

/** Asks a platform that never answers, until the limit that every request has. */
function hangs() {
  const limit = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(limit.signal);
  const asked = vi.fn((_: string, { signal }: RequestInit) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error))));
  vi.stubGlobal("fetch", asked);
  return { asked, passes: () => limit.abort(new DOMException("", "TimeoutError")) };
}

it.each([
  ["a request", request],
  ["health", (_: string) => fetchHealth()],
])("%s is not waited for for ever", async (_, ask) => {
  const { passes } = hangs();
  const answer = ask("/api/v2/pool").catch((error: unknown) => error);
  passes();
  expect(await answer).toMatchObject({ name: "Unreachable", tooLate: true, message: "The platform does not answer in time." });
});

it("asks again where nobody is, and not where nobody answered in time", async () => {
  const failures = async (error: Error) => {
    const asked = vi.fn(() => Promise.reject(error));
    const answer = new QueryObserver(createQueryClient(), { queryKey: ["pool"], queryFn: asked }).refetch();
    await vi.runAllTimersAsync();
    await answer;
    return asked.mock.calls.length;
  };
  expect(await failures(new Unreachable(undefined))).toBe(3);
  expect(await failures(new Unreachable(undefined, true))).toBe(1);
});

it("takes the state of the platform with 503 too", async () => {
  answers(503, '{"status":"unhealthy","services":{}}');
  expect(await fetchHealth()).toEqual({ status: "unhealthy", services: {} });
});

it.each([
  [200, "{}", "The platform answered with 200."],
  [200, "null", "The platform answered with 200."],
  [200, '{"services":null}', "The platform answered with 200."],
  [502, "<html>", "The platform answered with 502."],
  [429, '{"error":"Too many."}', "Too many."],
])("takes %i with %j for no state of the platform", async (status, body, message) => {
  answers(status, body);
  await expect(fetchHealth()).rejects.toMatchObject({ name: "ApiError", status, message });
});
