import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** What the tab keeps over a page that is loaded anew. */
let tab: Map<string, string>;
let made: number;
let sent: [amount: number, key: string, again: boolean][];
beforeEach(() => {
  tab = new Map();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => tab.get(name) ?? null,
    setItem: (name: string, value: string) => void tab.set(name, value),
    removeItem: (name: string) => void tab.delete(name),
  });
  made = 0;
  sent = [];
  vi.resetModules();
});
afterEach(() => vi.unstubAllGlobals());

/** @param status of the answer; null where it is lost */
async function deposit(amount: number, status: number | null = 200) {
  const { once } = await import("./intentions");
  const { ApiError, Unreachable } = await import("@/shared/api/client");
  return once(
    { amount },
    (body, key, again) => {
      sent.push([body.amount, key, again]);
      if (status === 200) return Promise.resolve("booked");
      return Promise.reject(status === null ? new Unreachable(undefined) : new ApiError({ status, error: "No." }, undefined));
    },
    () => `key ${(made += 1)}`,
  );
}

const become = async (key: string) => (await import("@/shared/session/session")).setKey(key);

it("keeps its key where nobody knows what became of it", async () => {
  await expect(deposit(100, null)).rejects.toThrow("cannot be reached");
  await expect(deposit(100)).resolves.toBe("booked");
  expect(sent).toEqual([[100, "key 1", false], [100, "key 1", true]]);
});

it("keeps it while something else is wanted in between", async () => {
  await expect(deposit(100, null)).rejects.toThrow("cannot be reached");
  await deposit(200);
  await deposit(100);
  expect(sent).toEqual([[100, "key 1", false], [200, "key 2", false], [100, "key 1", true]]);
});

it("keeps it for a page that is loaded anew", async () => {
  await expect(deposit(100, null)).rejects.toThrow("cannot be reached");
  vi.resetModules();
  await deposit(100);
  expect(sent).toEqual([[100, "key 1", false], [100, "key 1", true]]);
  expect(tab.size).toBe(0);
});

it("keeps it where storage is forbidden, as long as the page", async () => {
  vi.stubGlobal("sessionStorage", undefined);
  await expect(deposit(100, null)).rejects.toThrow("cannot be reached");
  await deposit(100);
  expect(sent).toEqual([[100, "key 1", false], [100, "key 1", true]]);
});

it("goes with a refusal, which booked nothing", async () => {
  for (const status of [403, 422, 429]) await expect(deposit(100, status)).rejects.toThrow("No.");
  expect(tab.size).toBe(0);
  await deposit(100);
  expect(sent).toEqual([[100, "key 1", false], [100, "key 2", false], [100, "key 3", false], [100, "key 4", false]]);
});

it("stays with a failure that may have booked it, also when the next attempt is refused", async () => {
  await expect(deposit(100, 503)).rejects.toThrow("No.");
  await expect(deposit(100, 429)).rejects.toThrow("No.");
  await deposit(100);
  expect(sent).toEqual([[100, "key 1", false], [100, "key 1", true], [100, "key 1", true]]);
});

it("is another's for another, and kept without the secret", async () => {
  await become("sure_alice_secret");
  await expect(deposit(100, null)).rejects.toThrow("cannot be reached");
  expect([...tab.keys()].filter((name) => name.includes("secret"))).toEqual([]);
  await become("sure_bob_secret");
  await deposit(100);
  await become("sure_alice_secret");
  await deposit(100);
  expect(sent).toEqual([[100, "key 1", false], [100, "key 2", false], [100, "key 1", true]]);
});

it("is another once it is done", async () => {
  await deposit(100);
  await deposit(100);
  expect(sent).toEqual([[100, "key 1", false], [100, "key 2", false]]);
});

it("is the same while it is under way", async () => {
  await Promise.all([deposit(100), deposit(100)]);
  expect(sent).toEqual([[100, "key 1", false], [100, "key 1", true]]);
});
