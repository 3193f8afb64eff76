import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Channel, RealtimeClient, type Socket } from "@/realtime";
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
let live: Live;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  // As of a tab that nobody sees: it draws no frames.
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "hidden" }));
  sockets = [];
  const connect = () => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  };
  queries = new QueryClient();
  live = new Live(queries, new RealtimeClient({ url: "", connect }));
  end = live.start();
});

afterEach(() => {
  end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const welcome = { type: "welcome", client_id: "c", heartbeat_seconds: 30 };
const subscribed = (channel: Channel) => ({ type: "subscribed", channel, offset: 0, epoch: "e" });

it("applies what comes while nobody sees the page", () => {
  sockets[0]?.says(welcome);
  sockets[0]?.says(subscribed("risk_alerts"));
  for (let offset = 1; offset <= 1_000; offset++) sockets[0]?.says({ channel: "risk_alerts", type: "new_alert", offset, timestamp: offset });
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
