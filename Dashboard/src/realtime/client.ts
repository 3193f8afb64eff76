import { backoffMs, type BackoffLimits, returnMs } from "./backoff";
import { type AnyMessage, type Channel, type MessagesByChannel, readFrame } from "./messages";

/** The part of the standard `WebSocket` that the client needs; a browser's and that of `ws` both have it. */
export interface Socket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
}

/** What ended the last attempt to be live. */
export interface Loss {
  /** 1 for the first after it was live. */
  readonly attempt: number;
  /** When it was last known to be live, in milliseconds since 1970; null where it never was. */
  readonly lostAt: number | null;
  /**
   * The reason of the close; `unauthenticated` and `invalid_token` where the server wants to know who asks, `unavailable` where it cannot find
   * that out at the moment.
   */
  readonly reason: string;
}

export type ConnectionState =
  /** Until every channel that is subscribed to has been answered. */
  | { readonly phase: "connecting"; readonly loss: Loss | null }
  | { readonly phase: "live"; readonly clientId: string }
  /** Tried again at `nextAttemptAt` (milliseconds since 1970). */
  | { readonly phase: "waiting"; readonly nextAttemptAt: number; readonly loss: Loss }
  | { readonly phase: "closed" };

export interface RealtimeOptions {
  /** `ws://…/ws` or `wss://…/ws`. */
  readonly url: string;
  /** Says who asks, with every connection; nobody unless given. Some servers want to know. */
  readonly token?: () => string | null;
  /** Makes a connection; the standard WebSocket unless given. */
  readonly connect?: (url: string) => Socket;
  readonly backoff?: BackoffLimits;
  /** How long an answer to a ping, and the welcome, may take. */
  readonly answerMs?: number;
  /** A number in [0, 1); `Math.random` unless given. */
  readonly random?: () => number;
  /** Milliseconds since 1970; `Date.now` unless given. */
  readonly now?: () => number;
}

export interface Subscription<C extends Channel> {
  /** Every message once and in order; a snapshot whenever the server sends one. */
  readonly message: (message: MessagesByChannel[C]) => void;
  /** What was known of the channel no longer follows without a gap: whatever was derived from it should be read anew. */
  readonly reset?: () => void;
}

/** Where a channel stands; with it the server knows what was missed. */
interface Position {
  readonly epoch: string;
  readonly offset: number;
}

const defaultBackoff: BackoffLimits = { firstMs: 1_000, mostMs: 20_000 };
const defaultAnswerMs = 10_000;
/** The protocol's own default, until the welcome says another. */
const defaultHeartbeatSeconds = 30;

/** 4000 … 4999 are for applications (RFC 6455 §7.4.2). */
const closeSilent = 4000;
const closeGap = 4001;
/** The server had to turn this client away for what it did (RFC 6455 §7.4.1): coming back at once would only repeat it. */
const policyViolation = 1008;
/** What a server says that wants to know who asks, and was not told. */
const unauthenticated = "unauthenticated";
/** What it says of a token that it cannot check at the moment. */
const unavailable = "unavailable";
/** The server goes away to come back (IANA's registry of close codes): it may say when each of its clients should. */
const serviceRestart = 1012;
/** It cannot serve this client now, for no fault of the client's (the same registry). */
const tryAgainLater = 1013;

/**
 * A client of `/ws` that stays connected: it reconnects when the server asked it to, otherwise with a jittered back-off, resumes every
 * channel where it stood, delivers each message once and in order, and notices a connection that is silently dead. It depends on
 * nothing but a WebSocket.
 */
export class RealtimeClient {
  readonly #options: Required<RealtimeOptions>;
  readonly #subscriptions = new Map<Channel, Set<Subscription<Channel>>>();
  readonly #positions = new Map<Channel, Position>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  #state: ConnectionState = { phase: "closed" };
  #socket: Socket | undefined;
  /** Given with the welcome; nothing may be sent before. */
  #clientId: string | undefined;
  /** Whether the token could not be checked on this connection. A server that need not know who asks serves it all the same. */
  #unchecked = false;
  /** Channels that were asked for on this connection and not answered yet. */
  readonly #awaited = new Set<Channel>();
  #loss: Loss | null = null;
  #lastLiveAt: number | null = null;
  #heartbeatMs = defaultHeartbeatSeconds * 1_000;
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RealtimeOptions) {
    this.#options = {
      token: () => null,
      connect: (url) => new WebSocket(url) as unknown as Socket,
      backoff: defaultBackoff,
      answerMs: defaultAnswerMs,
      random: Math.random,
      now: Date.now,
      ...options,
    };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects, and stays connected until `close`. */
  open(): void {
    if (this.#state.phase === "closed") this.#connect();
  }

  /** Ends the connection for good; positions are kept, so `open` resumes. */
  close(): void {
    clearTimeout(this.#reconnectTimer);
    this.#drop(1000, "");
    this.#become({ phase: "closed" });
  }

  /** Tries at once where it would otherwise wait: the network is back, or somebody looks at the page again. */
  wake(): void {
    if (this.#state.phase === "waiting") {
      clearTimeout(this.#reconnectTimer);
      this.#connect();
    } else if (this.#state.phase === "live") {
      // A connection that slept with the device may be dead without anybody having said so.
      this.#ping();
    }
  }

  /** Calls `listener` with every change of state, until the function returned is called. */
  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  /** Delivers the messages of `channel` until the function returned is called. */
  subscribe<C extends Channel>(channel: C, subscription: Subscription<C>): () => void {
    const ofChannel = this.#subscriptions.get(channel) ?? new Set();
    const first = ofChannel.size === 0;
    ofChannel.add(subscription as unknown as Subscription<Channel>);
    this.#subscriptions.set(channel, ofChannel);
    if (first && this.#clientId !== undefined) this.#askFor(channel);
    return () => {
      ofChannel.delete(subscription as unknown as Subscription<Channel>);
      if (ofChannel.size === 0 && this.#subscriptions.get(channel) === ofChannel) {
        this.#subscriptions.delete(channel);
        // A later subscriber knows nothing of what came before: it needs the snapshot, not what was missed.
        this.#positions.delete(channel);
        if (this.#clientId !== undefined) this.#send({ action: "unsubscribe", channel });
        this.#answered(channel);
      }
    };
  }

  #connect(): void {
    this.#become({ phase: "connecting", loss: this.#loss });
    const socket = this.#options.connect(this.#options.url);
    this.#socket = socket;
    // Until the welcome there is nothing to ping; the same limit holds for it.
    this.#closeAfter(this.#options.answerMs, socket);
    socket.onmessage = (event) => {
      if (this.#socket === socket && typeof event.data === "string") this.#receive(event.data);
    };
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#lost(event.code, event.reason);
    };
    // A close follows every error and says more.
    socket.onerror = () => undefined;
  }

  #receive(text: string): void {
    this.#heard();
    const received = readFrame(text);
    switch (received.kind) {
      case "welcome": {
        this.#heartbeatMs = received.frame.heartbeat_seconds * 1_000;
        this.#heard();
        this.#clientId = received.frame.client_id;
        const token = this.#options.token();
        if (token !== null) this.#send({ action: "authenticate", token });
        for (const channel of this.#subscriptions.keys()) this.#askFor(channel);
        this.#liveIfAnswered();
        break;
      }
      case "subscribed":
        this.#subscribed(received.frame);
        break;
      case "message":
        this.#deliver(received.frame);
        break;
      case "error":
        // It would only wait for a token and then close.
        if (received.code === unauthenticated) {
          // Told who asks it did not find out: nothing is wrong with the token as far as anybody knows, and it is worth another try soon.
          const [code, reason] = this.#unchecked ? [tryAgainLater, unavailable] : [policyViolation, unauthenticated];
          this.#drop(1000, reason);
          this.#lost(code, reason);
        } else if (received.code === unavailable) {
          this.#unchecked = true;
        }

        break;
      case "other":
        break;
    }
  }

  #subscribed(frame: { channel: Channel; offset: number; epoch: string; recovered?: boolean }): void {
    this.#answered(frame.channel);
    // The last that listened left before the answer: the next one begins with the snapshot.
    if (!this.#subscriptions.has(frame.channel)) return;
    const known = this.#positions.get(frame.channel);
    if (frame.recovered === true && known?.epoch === frame.epoch) {
      // What was missed follows, from the position known on.
      return;
    }

    this.#positions.set(frame.channel, { epoch: frame.epoch, offset: frame.offset });
    if (known) {
      for (const subscription of [...(this.#subscriptions.get(frame.channel) ?? [])]) subscription.reset?.();
    }
  }

  #deliver(message: AnyMessage): void {
    const channel: Channel = message.channel;
    if (message.snapshot !== true) {
      const position = this.#positions.get(channel);
      // Before "subscribed" or after "unsubscribed" nobody waits for it; one that is not newer was delivered before.
      if (!position || message.offset <= position.offset) return;
      if (message.offset > position.offset + 1) {
        // Something is missing: resume from what is known to be complete.
        this.#drop(closeGap, "gap");
        this.#lost(closeGap, "gap");
        return;
      }

      this.#positions.set(channel, { ...position, offset: message.offset });
    }

    for (const subscription of [...(this.#subscriptions.get(channel) ?? [])]) subscription.message(message);
  }

  #answered(channel: Channel): void {
    this.#awaited.delete(channel);
    this.#liveIfAnswered();
  }

  #liveIfAnswered(): void {
    if (this.#state.phase !== "connecting" || this.#clientId === undefined || this.#awaited.size > 0) return;
    this.#loss = null;
    this.#lastLiveAt = this.#options.now();
    this.#become({ phase: "live", clientId: this.#clientId });
  }

  #askFor(channel: Channel): void {
    this.#awaited.add(channel);
    const position = this.#positions.get(channel);
    this.#send(position ? { action: "subscribe", channel, since: position.offset, epoch: position.epoch } : { action: "subscribe", channel });
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Anything the server says shows that it is there. After a heartbeat of silence it is asked. */
  #heard(): void {
    if (this.#state.phase === "live") this.#lastLiveAt = this.#options.now();
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#ping(), this.#heartbeatMs);
  }

  #ping(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#send({ action: "ping" });
    this.#closeAfter(this.#options.answerMs, socket);
  }

  #closeAfter(milliseconds: number, socket: Socket): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => {
      if (this.#socket !== socket) return;
      // A dead connection does not answer the close frame either, so nothing is waited for.
      this.#drop(closeSilent, "silent");
      this.#lost(closeSilent, "silent");
    }, milliseconds);
  }

  #drop(code: number, reason: string): void {
    const socket = this.#socket;
    this.#forget();
    socket?.close(code, reason);
  }

  /** Nothing more is heard from this connection. */
  #forget(): void {
    this.#socket = undefined;
    this.#clientId = undefined;
    this.#unchecked = false;
    this.#awaited.clear();
    clearTimeout(this.#silenceTimer);
  }

  #lost(code: number, reason: string): void {
    this.#forget();
    const delay = this.#delayAfter(code, reason);
    this.#loss = { attempt: (this.#loss?.attempt ?? 0) + 1, lostAt: this.#lastLiveAt, reason: reason || `closed with ${code}` };
    this.#become({ phase: "waiting", nextAttemptAt: this.#options.now() + delay, loss: this.#loss });
    this.#reconnectTimer = setTimeout(() => this.#connect(), delay);
  }

  #delayAfter(code: number, reason: string): number {
    const { backoff, random } = this.#options;
    if (code === policyViolation) return backoff.mostMs;
    const asked = code === serviceRestart ? returnMs(reason, random()) : null;
    return asked ?? backoffMs(this.#loss?.attempt ?? 0, backoff, random());
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }
}
