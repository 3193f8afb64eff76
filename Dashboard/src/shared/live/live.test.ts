import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Channel, channels, RealtimeClient, type Socket } from "@/realtime";
import { tranchesQuery } from "@/shared/api/get-tranches";
import type { Tranches } from "@/shared/api/types";
import { setKey } from "@/shared/session/session";
import { Live } from "./live";

class FakeSocket implements Socket {
  readonly sent: Record<string, unknown>[] = [];
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  send = (text: string) => void this.sent.push(JSON.parse(text) as Record<string, unknown>);
  close = () => undefined;
  says = (frame: object) => this.onmessage?.({ data: JSON.stringify(frame) });
}

let sockets: FakeSocket[];
let queries: QueryClient;
let page: { visibilityState: string };
let live: Live;
let end: () => void;
let leave: (() => void)[];
let offset: number;

beforeEach(() => {
  vi.useFakeTimers();
  // A tab that nobody sees draws no frames.
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("window", new EventTarget());
  page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("document", page);
  sockets = [];
  const connect = () => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  };
  queries = new QueryClient();
  live = new Live(queries, new RealtimeClient({ url: "", connect }));
  end = live.start();
  leave = [];
  offset = 0;
});

afterEach(() => {
  end();
  for (const looksAway of leave) looksAway();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const welcome = { type: "welcome", client_id: "c", heartbeat_seconds: 30 };
const subscribed = (channel: Channel) => ({ type: "subscribed", channel, offset: 0, epoch: "e" });

const isLive = () => {
  sockets.at(-1)?.says(welcome);
  for (const channel of channels) sockets.at(-1)?.says(subscribed(channel));
};
const alert = () => sockets[0]?.says({ channel: "risk_alerts", type: "new_alert", offset: ++offset, timestamp: 1 });

/** A figure that somebody looks at, whose reading takes its time and which is how many were begun. */
function looksAt(queryKey: readonly string[], readingMs: number, known?: number) {
  let begun = 0;
  const read = () => {
    const number = ++begun;
    return new Promise<number>((done) => setTimeout(() => done(number), readingMs));
  };
  if (known !== undefined) queries.setQueryData(queryKey, known);
  leave.push(new QueryObserver(queries, { queryKey, queryFn: read, staleTime: Infinity }).subscribe(() => undefined));
  return { begun: () => begun, shown: () => queries.getQueryData(queryKey) };
}

it("applies what comes while nobody sees the page", () => {
  page.visibilityState = "hidden";
  sockets[0]?.says(welcome);
  sockets[0]?.says(subscribed("risk_alerts"));
  for (let i = 0; i < 1_000; i++) alert();
  expect(live.snapshot().received).toBe(0);
  vi.advanceTimersByTime(100);
  expect(live.snapshot().received).toBe(1_000);
  expect(live.snapshot().messages).toHaveLength(60);
});

it("is live once every channel has been answered", () => {
  sockets[0]?.says(welcome);
  for (const channel of ["bridge_health", "risk_alerts", "top_products"] as const) sockets[0]?.says(subscribed(channel));
  expect(live.snapshot().connection.phase).toBe("connecting");
  sockets[0]?.says(subscribed("tranche_apy"));
  expect(live.snapshot().connection).toEqual({ phase: "live", clientId: "c" });
});

it("tries again as soon as there is a key", () => {
  sockets[0]?.says(welcome);
  sockets[0]?.says({ type: "error", code: "unauthenticated", message: "Say who you are first." });
  expect(sockets).toHaveLength(1);
  setKey("sure_a_b");
  expect(sockets).toHaveLength(2);
});

it("catches up with what changed between the reading and the subscription", async () => {
  const pool = looksAt(["pool"], 100, 0);
  const curves = looksAt(["curves"], 100, 0);
  isLive();
  await vi.advanceTimersByTimeAsync(100);
  expect(pool.shown()).toBe(1);
  // No channel is about them, and they were just read.
  expect(curves.begun()).toBe(0);
});

it("catches up with everything when it was cut off", async () => {
  isLive();
  const curves = looksAt(["curves"], 100, 0);
  sockets[0]?.onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(2_000);
  isLive();
  await vi.advanceTimersByTimeAsync(100);
  expect(curves.shown()).toBe(1);
});

it("follows a first reading by another where something happened meanwhile", async () => {
  isLive();
  await vi.advanceTimersByTimeAsync(10_000);
  const pool = looksAt(["pool"], 1_000);
  await vi.advanceTimersByTimeAsync(500);
  alert();
  await vi.advanceTimersByTimeAsync(500);
  expect(pool.shown()).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(pool.shown()).toBe(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(pool.begun()).toBe(2);
});

it("reads nothing anew that nobody sees, and marks it for who looks again", async () => {
  page.visibilityState = "hidden";
  const pool = looksAt(["pool"], 1_000, 0);
  const risk = looksAt(["risk"], 1_000);
  isLive();
  alert();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([pool.begun(), risk.begun()]).toEqual([0, 1]);
  expect(queries.getQueryState(["pool"])?.isInvalidated).toBe(true);
  expect(queries.getQueryState(["risk"])?.isInvalidated).toBe(true);
});

it("reads the journal anew when capital moves, and no preview", async () => {
  isLive();
  await vi.advanceTimersByTimeAsync(10_000);
  const journal = looksAt(["ledger", "entries", ""], 100, 0);
  const preview = looksAt(["vault", "preview", ""], 100, 0);
  sockets[0]?.says({ channel: "tranche_apy", type: "apy_update", offset: 1, timestamp: 1, tranches: [] });
  await vi.advanceTimersByTimeAsync(200);
  expect([journal.begun(), preview.begun()]).toEqual([1, 0]);
});

it("cuts no reading of more off, and follows it by another", async () => {
  isLive();
  await vi.advanceTimersByTimeAsync(10_000);
  const read: number[] = [];
  const journal = new InfiniteQueryObserver(queries, {
    queryKey: ["ledger", "entries", ""],
    queryFn: ({ pageParam, signal }) => {
      read.push(pageParam);
      return new Promise<number>((done, cutOff) => {
        signal.addEventListener("abort", () => cutOff(new Error("cut off")));
        setTimeout(() => done(pageParam), 1_000);
      });
    },
    initialPageParam: 1,
    getNextPageParam: (last: number) => last + 1,
    staleTime: Infinity,
  });
  leave.push(journal.subscribe(() => undefined));
  await vi.advanceTimersByTimeAsync(1_000);
  void journal.fetchNextPage();
  await vi.advanceTimersByTimeAsync(500);
  sockets[0]?.says({ channel: "tranche_apy", type: "apy_update", offset: 1, timestamp: 1, tranches: [] });
  await vi.advanceTimersByTimeAsync(500);
  expect(journal.getCurrentResult().data?.pages).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(journal.getCurrentResult().data?.pages).toEqual([1, 2]);
  expect(read).toEqual([1, 2, 1, 2]);
});

it("lets a reading end though messages come faster", async () => {
  const pool = looksAt(["pool"], 8_000, 0);
  isLive();
  for (let second = 0; second < 30; second++) {
    alert();
    await vi.advanceTimersByTimeAsync(1_000);
  }

  // Begun after 0, 13 and 26 s; each is there 8 s later, and 5 s after that comes the next.
  expect(pool.shown()).toBe(2);
  expect(pool.begun()).toBe(3);
});

it("writes a message into old figures and leaves them as old as they are", async () => {
  const query = { ...tranchesQuery(), retry: false };
  queries.setQueryData(query.queryKey, { tranches: [{ tranche_id: "SURE_SNR", apy: 5 }], timestamp: 100 } as Tranches, { updatedAt: 100_000 });
  await new QueryObserver(queries, { ...query, queryFn: () => Promise.reject(new Error("away")), enabled: false }).refetch();
  sockets[0]?.says(welcome);
  sockets[0]?.says(subscribed("tranche_apy"));
  const yields = (offset: number, timestamp: number, apy: number) =>
    sockets[0]?.says({ channel: "tranche_apy", type: "apy_update", offset, timestamp, tranches: [{ tranche_id: "SURE_SNR", apy }] });
  const known = () => queries.getQueryState(query.queryKey);
  yields(1, 101, 6);
  vi.advanceTimersByTime(100);
  expect(known()?.data?.tranches[0]?.apy).toBe(6);
  expect(known()).toMatchObject({ status: "error", isInvalidated: true, dataUpdatedAt: 100_000 });
  // One that is older than what was read changes nothing.
  yields(2, 99, 7);
  vi.advanceTimersByTime(100);
  expect(known()?.data?.tranches[0]?.apy).toBe(6);
  expect(known()).toMatchObject({ status: "error", isInvalidated: true, dataUpdatedAt: 100_000 });
});
