import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";
import { type AnyMessage, type Channel, channels, type ConnectionState, type Loss, type RealtimeClient } from "@/realtime";
import type { Bridge, Bridges, Exposure, Tranche, Tranches } from "@/shared/api/types";
import { bridgesQuery } from "@/shared/api/get-bridges";
import { exposureQuery } from "@/shared/api/get-exposure";
import { tranchesQuery } from "@/shared/api/get-tranches";
import { onKey } from "@/shared/session/session";
import { Throttle } from "./throttle";

export type LiveMessage = AnyMessage;
export type { ConnectionState, Loss };

/** How many of the last messages are kept for the feed. */
const kept = 60;
/** A burst of messages asks for the figures behind it once in this time after they were read: one reading would cut off another. */
const readAgainMs = 5_000;
/** The key that all begin with. */
const everything = "[]";
/** About a frame. A timer, since a tab that nobody sees draws none and would gather for days. */
const gatherMs = 16;

export interface LiveSnapshot {
  readonly connection: ConnectionState;
  /** Newest first; what came as a snapshot is not news and is not among them. */
  readonly messages: readonly AnyMessage[];
  /** How many such messages there were since the page was opened. */
  readonly received: number;
}

/**
 * Brings what comes over the WebSocket to the pages: what a message says is written into the figures already read, what it only hints
 * at is read anew, at most once in five seconds. Messages are gathered for about a frame and applied together, so that a thousand of
 * them cost it what one does.
 */
export class Live {
  readonly client: RealtimeClient;
  readonly #queries: QueryClient;
  readonly #readAgain: Throttle;
  readonly #listeners = new Set<() => void>();
  #pending: AnyMessage[] = [];
  #snapshot: LiveSnapshot = { connection: { phase: "closed" }, messages: [], received: 0 };
  #wasLive = false;

  constructor(queries: QueryClient, client: RealtimeClient) {
    this.#queries = queries;
    this.client = client;
    this.#readAgain = new Throttle(readAgainMs, (key) => this.#read(JSON.parse(key) as QueryKey));
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly snapshot = () => this.#snapshot;

  /** Connects, and returns what ends it. */
  start(): () => void {
    const leave = [
      // A server that wants to know who asks is told at once.
      onKey(() => this.client.wake()),
      this.client.onState((connection) => this.#connectionIs(connection)),
      ...channels.map((channel) =>
        this.client.subscribe(channel, { message: (message) => this.#gather(message), reset: () => this.#readChannel(channel) }),
      ),
    ];
    const wake = () => {
      if (document.visibilityState === "visible") this.client.wake();
    };
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    this.client.open();
    return () => {
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      for (const end of leave) end();
      this.#readAgain.stop();
      this.client.close();
    };
  }

  #connectionIs(connection: ConnectionState) {
    if (connection.phase === "live") {
      // What was read before may have changed before anybody listened; what has no channel, while nobody did.
      if (this.#wasLive) this.#readAgain.call(everything);
      else for (const channel of channels) this.#readChannel(channel);
      this.#wasLive = true;
    }

    this.#publish({ ...this.#snapshot, connection });
  }

  #readChannel(channel: Channel) {
    for (const key of behind[channel]) this.#readAgain.call(JSON.stringify(key));
  }

  /** Reads anew what begins with the key, until it is there; in a tab that nobody sees it is only marked, and read when somebody looks. */
  async #read(queryKey: QueryKey) {
    // A first reading is not begun anew, nor is one of more cut off, and both may have begun before what is known by now: another follows them.
    const running = this.#queries.getQueryCache().findAll({ queryKey, predicate: ({ state }) => state.fetchStatus === "fetching" && (state.data === undefined || state.fetchMeta?.fetchMore !== undefined) });
    const read = (predicate: (query: Query) => boolean) =>
      this.#queries.invalidateQueries({ queryKey, predicate, refetchType: document.visibilityState === "visible" ? "active" : "none" });
    await Promise.all([read((query) => !running.includes(query)), ...running.map((query) => query.promise?.catch(() => undefined))]);
    await read((query) => running.includes(query) && query.state.data !== undefined);
  }

  #gather(message: AnyMessage) {
    if (this.#pending.push(message) === 1) setTimeout(() => this.#apply(), gatherMs);
  }

  #apply() {
    const messages = this.#pending;
    this.#pending = [];
    this.#patch(messages);
    const news = messages.filter((message) => message.snapshot !== true);
    for (const channel of new Set(news.map((message) => message.channel))) this.#readChannel(channel);
    this.#publish({
      ...this.#snapshot,
      messages: [...news.toReversed(), ...this.#snapshot.messages].slice(0, kept),
      received: this.#snapshot.received + news.length,
    });
  }

  #patch(messages: readonly AnyMessage[]) {
    const scores = new Map(messages.flatMap((m) => (m.type === "health_change" ? [[m.bridge_id, m] as const] : [])));
    if (scores.size > 0) {
      this.#write<Bridges>(bridgesQuery().queryKey, (known) => ({
        ...known,
        bridges: known.bridges.map((bridge) => {
          const now = scores.get(bridge.bridge_id);
          return !now || now.timestamp < bridge.timestamp
            ? bridge
            : { ...bridge, health_score: now.health_score, health_status: now.health_status as Bridge["health_status"], tvl_usd: now.tvl_usd, exploit_detected: now.exploit_detected };
        }),
      }));
    }

    const ranking = messages.findLast((m) => m.type === "ranking_update");
    if (ranking) {
      this.#write<Exposure>(exposureQuery().queryKey, (known) =>
        known.timestamp <= ranking.timestamp ? { ...known, top_10_products: ranking.products as Exposure["top_10_products"] } : known,
      );
    }

    const yields = messages.findLast((m) => m.type === "apy_update");
    if (yields) {
      const byId = new Map(yields.tranches.map((tranche) => [tranche.tranche_id, tranche]));
      this.#write<Tranches>(tranchesQuery().queryKey, (known) =>
        known.timestamp <= yields.timestamp
          ? { ...known, tranches: known.tranches.map((tranche) => ({ ...tranche, ...(byId.get(tranche.tranche_id) as Partial<Tranche> | undefined) })) }
          : known,
      );
    }
  }

  /** Into the answer that is there. When it was read, and that it could not be read since, stays true: a message tells only a part of it. */
  #write<T>(queryKey: QueryKey, change: (known: T) => T) {
    const query = this.#queries.getQueryCache().find<T>({ queryKey });
    if (query?.state.data !== undefined) query.setState({ data: change(query.state.data) });
  }

  #publish(snapshot: LiveSnapshot) {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

/** What each channel's messages are about, by query key: read anew when something has happened there. */
const behind: Record<Channel, readonly (readonly string[])[]> = {
  bridge_health: [["bridges"]],
  risk_alerts: [["risk"], ["pool"]],
  top_products: [["risk", "exposure"], ["policies"], ["claims"]],
  // Previews are left out: they share the limit of the deposits they are made for.
  tranche_apy: [["pool"], ["tranches"], ["vault", "account"], ["ledger"], ["policies"], ["capacity"], ["claims"]],
};
