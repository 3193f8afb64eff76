import type { Bridge, RiskAlert, Severity } from "@/shared/api/types";
import { bridgeName, plain } from "@/shared/format/words";

/** An alert of the book or of a bridge. */
export interface ActiveAlert {
  readonly id: string;
  readonly severity: Severity;
  readonly kind: string;
  readonly subject: string;
  readonly message: string;
  readonly since: number;
}

const rank: Record<Severity, number> = { Critical: 0, High: 1, Medium: 2, Low: 3 };

/** Worst first, then the newest. */
export const alertsOf = (risk: readonly RiskAlert[], bridges: readonly Bridge[]): ActiveAlert[] =>
  [
    ...risk.map((a) => ({ id: a.alert_id, severity: a.severity, kind: plain(a.alert_type), subject: a.subject, message: a.message, since: a.timestamp })),
    ...bridges.flatMap((bridge) =>
      bridge.active_alerts.map((a) => ({ id: a.alert_id, severity: a.severity, kind: plain(a.alert_type), subject: bridgeName(bridge.bridge_id), message: a.message, since: a.timestamp })),
    ),
  ].toSorted((a, b) => rank[a.severity] - rank[b.severity] || b.since - a.since);
