import { afterEach, expect, it, vi } from "vitest";
import { setKey } from "@/shared/session/session";
import { postMovement } from "./post-movement";

afterEach(() => {
  vi.unstubAllGlobals();
  setKey(null);
});

/** What the platform was asked for, where its clock shows `now` and the deposit is answered as booked at `bookedAt`. */
function platform(now: number, bookedAt: number): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return Promise.resolve(Response.json({ timestamp: path.endsWith("/preview") ? now : bookedAt }));
  });
  return asked;
}

const deposit = (again: boolean) => postMovement({ direction: "deposit", tranche_id: "SURE_EQT", amount_usd: 1_000 }, "key", again);

it("knows the answer to an earlier attempt by the platform's clock", async () => {
  const asked = platform(5_000, 1_000);
  expect((await deposit(true)).earlier).toBe(true);
  expect(asked).toEqual(["/api/v2/vault/preview", "/api/v2/vault/deposit"]);
});

it("is booked now where no earlier attempt was", async () => {
  platform(5_000, 5_000.25);
  expect((await deposit(true)).earlier).toBe(false);
});

it("is booked now where the clocks of the platform's processes differ", async () => {
  platform(5_000, 4_999);
  expect((await deposit(true)).earlier).toBe(false);
  platform(5_000, 4_997);
  expect((await deposit(true)).earlier).toBe(true);
});

it("is booked though nobody can say what time it is, and whether now is not known", async () => {
  vi.stubGlobal("fetch", (path: string) => (path.endsWith("/preview") ? Promise.reject(new Error("away")) : Promise.resolve(Response.json({ timestamp: 1_000 }))));
  expect((await deposit(true)).earlier).toBeNull();
});

it("is of whoever wanted it, though another key is entered meanwhile", async () => {
  const callers: (string | undefined)[] = [];
  vi.stubGlobal("fetch", (_: string, { headers }: { headers: Record<string, string> }) => {
    callers.push(headers["Authorization"]);
    setKey("sure_bob_secret");
    return Promise.resolve(Response.json({ timestamp: 1_000 }));
  });
  setKey("sure_alice_secret");
  await deposit(true);
  expect(callers).toEqual(["Bearer sure_alice_secret", "Bearer sure_alice_secret"]);
});

it("asks for no time where nothing was tried before", async () => {
  const asked = platform(5_000, 5_000.25);
  expect((await deposit(false)).earlier).toBe(false);
  expect(asked).toEqual(["/api/v2/vault/deposit"]);
});
