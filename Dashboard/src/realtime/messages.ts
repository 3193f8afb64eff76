/** Channels of `/ws` and what comes over them, as the AsyncAPI document of the platform describes it. */
export const channels = ["bridge_health", "risk_alerts", "top_products", "tranche_apy"] as const;

export type Channel = (typeof channels)[number];

export type Severity = "Critical" | "High" | "Medium" | "Low";

interface ChannelMessage {
  /** Grows by one per channel; a snapshot carries the offset it first had. */
  readonly offset: number;
  /** Unix seconds. */
  readonly timestamp: number;
  /** Whether it tells what holds already rather than what has just happened. */
  readonly snapshot?: boolean;
}

export interface HealthChange extends ChannelMessage {
  readonly channel: "bridge_health";
  readonly type: "health_change";
  readonly bridge_id: string;
  readonly previous_score: number | null;
  readonly current_score: number | null;
  readonly health_score: number | null;
  readonly health_status: string;
  readonly tvl_usd: number | null;
  readonly exploit_detected: boolean;
}

export interface CriticalBridgeAlert extends ChannelMessage {
  readonly channel: "bridge_health";
  readonly type: "critical_alert";
  readonly bridge_id: string;
  readonly alert_id: string;
  readonly message: string;
  readonly severity: Severity;
}

export interface RiskAlertChange extends ChannelMessage {
  readonly channel: "risk_alerts";
  readonly type: "new_alert" | "alert_escalated" | "alert_cleared";
  readonly alert_id: string;
  readonly alert_type: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly message: string;
  readonly current_value: number;
  readonly limit_value: number;
}

export interface RankingUpdate extends ChannelMessage {
  readonly channel: "top_products";
  readonly type: "ranking_update";
  readonly products: readonly {
    readonly coverage_type: string;
    readonly chain: string;
    readonly stablecoin: string;
    readonly exposure_usd: number;
    readonly policy_count: number;
  }[];
}

export interface ApyUpdate extends ChannelMessage {
  readonly channel: "tranche_apy";
  readonly type: "apy_update";
  readonly tranches: readonly {
    readonly tranche_id: string;
    readonly apy: number;
    readonly realised_apy_30d: number;
    readonly utilization: number;
    readonly last_updated: number;
  }[];
}

export interface MessagesByChannel {
  bridge_health: HealthChange | CriticalBridgeAlert;
  risk_alerts: RiskAlertChange;
  top_products: RankingUpdate;
  tranche_apy: ApyUpdate;
}

export type AnyMessage = MessagesByChannel[Channel];

interface Welcome {
  readonly type: "welcome";
  readonly client_id: string;
  readonly heartbeat_seconds: number;
}

interface Subscribed {
  readonly type: "subscribed";
  readonly channel: Channel;
  readonly offset: number;
  readonly epoch: string;
  /** Only in answer to `since`. */
  readonly recovered?: boolean;
}

export type ServerFrame =
  | { readonly kind: "welcome"; readonly frame: Welcome }
  | { readonly kind: "subscribed"; readonly frame: Subscribed }
  | { readonly kind: "message"; readonly frame: AnyMessage }
  | { readonly kind: "error"; readonly code: string; readonly message: string }
  /** `pong`, `unsubscribed`, and whatever a newer server may say. */
  | { readonly kind: "other" };

/** Reads a frame; what is no JSON object of the protocol is `other`, so that a newer server breaks no older client. */
export function readFrame(text: string): ServerFrame {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { kind: "other" };
  }

  if (typeof parsed !== "object" || parsed === null || !("type" in parsed)) return { kind: "other" };
  const frame = parsed as Record<string, unknown>;
  switch (frame["type"]) {
    case "welcome":
      return typeof frame["heartbeat_seconds"] === "number" ? { kind: "welcome", frame: parsed as Welcome } : { kind: "other" };
    case "subscribed":
      return isChannel(frame["channel"]) && typeof frame["offset"] === "number" && typeof frame["epoch"] === "string"
        ? { kind: "subscribed", frame: parsed as Subscribed }
        : { kind: "other" };
    case "error":
      return { kind: "error", code: String(frame["code"]), message: String(frame["message"]) };
    default:
      return isChannel(frame["channel"]) && typeof frame["offset"] === "number" ? { kind: "message", frame: parsed as AnyMessage } : { kind: "other" };
  }
}

function isChannel(value: unknown): value is Channel {
  return channels.includes(value as Channel);
}
