import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { type ConnectionState, RealtimeClient, type Socket } from "./client";

/** A server of the protocol with one channel's history, on a real socket. Tests say what it sends and when it goes away. */
class FakeServer {
  readonly received: Record<string, unknown>[] = [];
  epoch = "e1";
  heartbeatSeconds = 30;
  /** Whether pings are answered. */
  answers = true;
  /** Whether subscriptions are. */
  subscribes = true;
  /** The only token that it takes; null where it takes anybody. */
  token: string | null = null;
  /** Whether tokens can be checked. */
  checks = true;
  readonly #known = new Set<WebSocket>();
  #offset = 0;
  #history: { offset: number; text: string }[] = [];
  readonly #http = createServer();
  readonly #sockets = new WebSocketServer({ server: this.#http });

  url = "";

  async start() {
    this.#sockets.on("connection", (socket) => {
      socket.send(JSON.stringify({ type: "welcome", client_id: "c", available_channels: [], heartbeat_seconds: this.heartbeatSeconds, timestamp: 1 }));
      socket.on("message", (data) => this.#answer(socket, JSON.parse((data as Buffer).toString()) as Record<string, unknown>));
    });
    await new Promise<void>((resolve) => this.#http.listen(0, "127.0.0.1", resolve));
    this.url = `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/ws`;
  }

  #answer(socket: WebSocket, request: Record<string, unknown>) {
    this.received.push(request);
    if (request["action"] === "ping" && this.answers) socket.send(JSON.stringify({ type: "pong", timestamp: 1 }));
    if (request["action"] === "authenticate" && !this.checks) socket.send(JSON.stringify({ type: "error", code: "unavailable", message: "The token cannot be checked at the moment; try again shortly.", timestamp: 1 }));
    else if (request["action"] === "authenticate" && request["token"] === this.token) this.#known.add(socket);
    if (request["action"] !== "subscribe" || !this.subscribes) return;
    if (this.token !== null && !this.#known.has(socket)) {
      socket.send(JSON.stringify({ type: "error", code: "unauthenticated", message: "Say who you are first.", timestamp: 1 }));
      return;
    }

    const since = request["since"] as number | undefined;
    const recovered = since === undefined ? undefined : request["epoch"] === this.epoch;
    socket.send(JSON.stringify({ type: "subscribed", channel: request["channel"], offset: this.#offset, epoch: this.epoch, recovered, timestamp: 1 }));
    const missed = recovered ? this.#history.filter((m) => m.offset > (since ?? 0)) : [];
    for (const { text } of missed) socket.send(text);
    if (!recovered && this.#history.length > 0) socket.send(this.#history.at(-1)?.text.replace("{", '{"snapshot":true,') ?? "");
  }

  publish(options: { deliver?: boolean; times?: number } = {}) {
    this.#offset += 1;
    const text = message(this.#offset);
    this.#history.push({ offset: this.#offset, text });
    for (let i = 0; i < (options.times ?? 1); i++) if (options.deliver !== false) this.sendRaw(text);
  }

  sendRaw(text: string) {
    for (const socket of this.#sockets.clients) socket.send(text);
  }

  forget() {
    this.#history = [];
    this.#offset = 0;
    this.epoch = "e2";
  }

  cut(code = 1012, reason?: string) {
    for (const socket of this.#sockets.clients) socket.close(code, reason);
  }

  async stop() {
    for (const socket of this.#sockets.clients) socket.terminate();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

const message = (offset: number) =>
  JSON.stringify({ channel: "risk_alerts", type: "new_alert", offset, alert_id: `a${offset}`, severity: "High", timestamp: offset });

describe("RealtimeClient", () => {
  let server: FakeServer;
  let client: RealtimeClient;
  let offsets: number[];
  let snapshots: number[];
  let resets: number;
  let states: ConnectionState[];

  beforeEach(async () => {
    server = new FakeServer();
    await server.start();
    client = new RealtimeClient({
      url: server.url,
      connect: (to) => new WebSocket(to) as unknown as Socket,
      backoff: { firstMs: 20, mostMs: 40 },
      answerMs: 2_000,
    });
    offsets = [];
    snapshots = [];
    resets = 0;
    states = [];
    client.onState((state) => states.push(state));
    client.subscribe("risk_alerts", {
      message: (m) => (m.snapshot === true ? snapshots : offsets).push(m.offset),
      reset: () => (resets += 1),
    });
  });

  afterEach(async () => {
    client.close();
    await server.stop();
  });

  const subscriptions = () => server.received.filter((r) => r["action"] === "subscribe");
  const becomesLive = (times: number) => vi.waitFor(() => expect(subscriptions().length).toBe(times), { timeout: 5_000 });

  it("delivers the snapshot and then every message in order", async () => {
    server.publish();
    client.open();
    await vi.waitFor(() => expect(snapshots).toEqual([1]));
    server.publish();
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([2, 3]));
  });

  it("resumes where it stood and misses nothing", async () => {
    client.open();
    await becomesLive(1);
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([1]));
    server.publish({ deliver: false });
    server.publish({ deliver: false });
    server.cut();
    await vi.waitFor(() => expect(offsets).toEqual([1, 2, 3]), { timeout: 5_000 });
    expect(subscriptions()[1]).toEqual({ action: "subscribe", channel: "risk_alerts", since: 1, epoch: "e1" });
    expect(resets).toBe(0);
  });

  it("delivers once what comes twice", async () => {
    client.open();
    await becomesLive(1);
    server.publish({ times: 3 });
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([1, 2]));
  });

  it("comes back for what is missing in between", async () => {
    client.open();
    await becomesLive(1);
    server.publish();
    server.publish({ deliver: false });
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([1, 2, 3]), { timeout: 5_000 });
  });

  it("says so when the history is another", async () => {
    client.open();
    await becomesLive(1);
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([1]));
    server.forget();
    server.publish({ deliver: false });
    server.cut();
    await vi.waitFor(() => expect(resets).toBe(1), { timeout: 5_000 });
    await vi.waitFor(() => expect(snapshots).toEqual([1]));
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([1, 2]));
  });

  it("tells that it is cut off, since when, and that it is back", async () => {
    client.open();
    await becomesLive(1);
    server.cut();
    await becomesLive(2);
    expect(states.map((s) => s.phase)).toEqual(["connecting", "live", "waiting", "connecting", "live"]);
    const waiting = states.find((s) => s.phase === "waiting");
    expect(waiting?.phase === "waiting" && waiting.nextAttemptAt >= (waiting.loss.lostAt ?? Infinity)).toBe(true);
    // While it is tried again it is still lost.
    expect(states[3]).toEqual({ phase: "connecting", loss: waiting?.phase === "waiting" && waiting.loss });
  });

  it("was never live where it never got so far", async () => {
    server.subscribes = false;
    client.open();
    await becomesLive(1);
    server.cut();
    await becomesLive(2);
    expect(states.map((s) => s.phase)).toEqual(["connecting", "waiting", "connecting"]);
    expect(states[1]).toMatchObject({ loss: { attempt: 1, lostAt: null, reason: "closed with 1012" } });
  });

  describe("of a server that wants to know who asks", () => {
    let token: string | null;

    beforeEach(() => {
      server.token = "sure_a_b";
      client = new RealtimeClient({
        url: server.url,
        token: () => token,
        connect: (to) => new WebSocket(to) as unknown as Socket,
        backoff: { firstMs: 20, mostMs: 600_000 },
        now: () => 1_000,
      });
      client.onState((state) => states.push(state));
      client.subscribe("risk_alerts", { message: (m) => offsets.push(m.offset) });
    });

    it("says so before it subscribes", async () => {
      token = "sure_a_b";
      client.open();
      await vi.waitFor(() => expect(client.state.phase).toBe("live"));
      expect(server.received.map((r) => r["action"])).toEqual(["authenticate", "subscribe"]);
      server.publish();
      await vi.waitFor(() => expect(offsets).toEqual([1]));
    });

    it("is not live without a token, and is as soon as it has one", async () => {
      token = null;
      client.open();
      await vi.waitFor(() => expect(client.state.phase).toBe("waiting"));
      expect(states.map((s) => s.phase)).toEqual(["connecting", "waiting"]);
      // Coming back at once would only repeat it.
      expect(client.state).toEqual({ phase: "waiting", nextAttemptAt: 601_000, loss: { attempt: 1, lostAt: null, reason: "unauthenticated" } });
      token = "sure_a_b";
      client.wake();
      await vi.waitFor(() => expect(client.state.phase).toBe("live"));
    });
  });

  describe("of a server that cannot check who asks", () => {
    beforeEach(() => {
      server.checks = false;
      client = new RealtimeClient({
        url: server.url,
        token: () => "sure_a_b",
        connect: (to) => new WebSocket(to) as unknown as Socket,
        backoff: { firstMs: 400, mostMs: 600_000 },
        random: () => 0.5,
        now: () => 1_000,
      });
      client.onState((state) => states.push(state));
      client.subscribe("risk_alerts", { message: (m) => offsets.push(m.offset) });
    });

    it("comes back as to one that was away, and finds no fault with the token", async () => {
      server.token = "sure_a_b";
      client.open();
      await vi.waitFor(() => expect(client.state.phase).toBe("waiting"));
      // Half of the first wait and half of its other half.
      expect(client.state).toEqual({ phase: "waiting", nextAttemptAt: 1_300, loss: { attempt: 1, lostAt: null, reason: "unavailable" } });
      server.checks = true;
      await vi.waitFor(() => expect(client.state.phase).toBe("live"), { timeout: 5_000 });
      expect(states.map((s) => s.phase)).toEqual(["connecting", "waiting", "connecting", "live"]);
    });

    it("says on the next connection what is wrong with the token", async () => {
      server.token = "sure_c_d";
      client.open();
      await vi.waitFor(() => expect(client.state).toMatchObject({ phase: "waiting", loss: { reason: "unavailable" } }));
      server.checks = true;
      await vi.waitFor(() => expect(client.state).toMatchObject({ phase: "waiting", loss: { reason: "unauthenticated" } }), { timeout: 5_000 });
    });

    it("is live where it takes anybody", async () => {
      client.open();
      await vi.waitFor(() => expect(client.state.phase).toBe("live"));
      expect(states.map((s) => s.phase)).toEqual(["connecting", "live"]);
    });
  });

  describe("of a server that goes away", () => {
    beforeEach(() => {
      client = new RealtimeClient({
        url: server.url,
        connect: (to) => new WebSocket(to) as unknown as Socket,
        // Long enough to tell it from what the server asks for.
        backoff: { firstMs: 600_000, mostMs: 600_000 },
        random: () => 0.5,
        now: () => 1_000,
      });
      client.onState((state) => states.push(state));
      client.open();
    });

    const waits = () => states.flatMap((s) => (s.phase === "waiting" ? [s.nextAttemptAt - 1_000] : []));
    const isLive = (times: number) => vi.waitFor(() => expect(states.filter((s) => s.phase === "live").length).toBe(times), { timeout: 5_000 });

    it("comes back when it was asked to", async () => {
      await isLive(1);
      const cutAt = performance.now();
      server.cut(1012, "reconnect_in=300ms");
      await isLive(2);
      // A timer may fire a millisecond early.
      expect(performance.now() - cutAt).toBeGreaterThanOrEqual(349);
      server.cut(1012, "reconnect_in=0ms");
      await isLive(3);
      expect(waits()).toEqual([350, 50]);
    });

    it.each([
      [1012, "reconnect_in=99999999999ms", 60_050],
      [1012, "", 450_000],
      // Only of a server that goes away is it a wish.
      [1001, "reconnect_in=1ms", 450_000],
    ])("after %i %j waits %i ms", async (code, reason, expected) => {
      await isLive(1);
      server.cut(code, reason);
      await vi.waitFor(() => expect(waits()).toEqual([expected]));
    });
  });

  it("closes a connection that answers no ping and makes another", async () => {
    client.close();
    server.heartbeatSeconds = 0.05;
    server.answers = false;
    client = new RealtimeClient({
      url: server.url,
      connect: (to) => new WebSocket(to) as unknown as Socket,
      backoff: { firstMs: 20, mostMs: 40 },
      answerMs: 50,
    });
    client.onState((state) => states.push(state));
    client.open();
    await vi.waitFor(() => expect(states.some((s) => s.phase === "waiting" && s.loss.reason === "silent")).toBe(true), { timeout: 5_000 });
    server.answers = true;
    await vi.waitFor(() => expect(states.filter((s) => s.phase === "live").length).toBeGreaterThan(1), { timeout: 5_000 });
  });

  it("asks for a channel once, however many listen, and keeps it until the last leaves", async () => {
    const seen: number[] = [];
    const leave = client.subscribe("risk_alerts", { message: (m) => seen.push(m.offset) });
    client.open();
    await becomesLive(1);
    server.publish();
    await vi.waitFor(() => expect(seen).toEqual([1]));
    leave();
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([1, 2]));
    expect(seen).toEqual([1]);
    expect(server.received.some((r) => r["action"] === "unsubscribe")).toBe(false);
  });

  it("gives a channel up with the last that listens, and begins with the snapshot for the next", async () => {
    const leave = client.subscribe("bridge_health", { message: () => undefined });
    client.open();
    await becomesLive(2);
    leave();
    await vi.waitFor(() => expect(server.received.at(-1)).toEqual({ action: "unsubscribe", channel: "bridge_health" }));
    client.subscribe("bridge_health", { message: () => undefined });
    await becomesLive(3);
    // It says nothing of where the one before stood.
    expect(subscriptions().at(-1)).toEqual({ action: "subscribe", channel: "bridge_health" });
  });

  it("begins with the snapshot also where the one before left unanswered", async () => {
    client.open();
    await becomesLive(1);
    const leave = client.subscribe("bridge_health", { message: () => undefined });
    leave();
    await vi.waitFor(() => expect(server.received.at(-1)).toEqual({ action: "unsubscribe", channel: "bridge_health" }));
    // What comes later shows that the answer came.
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([1]));
    client.subscribe("bridge_health", { message: () => undefined });
    await becomesLive(3);
    expect(subscriptions().at(-1)).toEqual({ action: "subscribe", channel: "bridge_health" });
  });

  it("takes no harm from what it does not understand", async () => {
    client.open();
    await becomesLive(1);
    for (const text of ["no json", "[]", "null", '{"type":"news"}', '{"type":"error","code":"x","message":"y"}', '{"channel":"other","offset":5,"type":"z"}']) server.sendRaw(text);
    server.publish();
    await vi.waitFor(() => expect(offsets).toEqual([1]));
    expect(client.state.phase).toBe("live");
  });
});
