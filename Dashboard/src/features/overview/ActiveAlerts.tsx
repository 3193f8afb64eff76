import { ShieldCheck } from "lucide-react";
import { useBridges } from "@/shared/api/get-bridges";
import { useRiskAlerts } from "@/shared/api/get-risk-alerts";
import type { Bridges, Severity } from "@/shared/api/types";
import { dateMinute } from "@/shared/format/times";
import { bridgeName, plain } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import styles from "./ActiveAlerts.module.css";

interface Shown {
  id: string;
  severity: Severity;
  kind: string;
  subject: string;
  message: string;
  since: number;
}

const rank: Record<Severity, number> = { Critical: 0, High: 1, Medium: 2, Low: 3 };

export function ActiveAlerts() {
  const risk = useRiskAlerts();
  const bridges = useBridges().data;
  return (
    <Panel title="Active alerts" span={4} note="risk and bridges, worst first">
      <QueryState query={risk} lines={5}>
        {(data) => {
          const alerts = [
            ...data.alerts.map((a): Shown => ({ id: a.alert_id, severity: a.severity, kind: plain(a.alert_type), subject: a.subject, message: a.message, since: a.timestamp })),
            ...ofBridges(bridges),
          ].toSorted((a, b) => rank[a.severity] - rank[b.severity] || b.since - a.since);
          return alerts.length === 0 ? (
            <StateMessage tone="good" icon={<ShieldCheck size={20} aria-hidden />} title="No active alert" detail="Every figure is inside its limits." />
          ) : (
            // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
            <ul className={styles.list} tabIndex={0} aria-label="Active alerts">
              {alerts.map((alert) => (
                <li key={alert.id}>
                  <div className={styles.head}>
                    <Badge tone={toneOf(alert.severity)}>{alert.severity}</Badge>
                    <b>{alert.kind}</b>
                    {alert.subject}
                  </div>
                  <p>{alert.message}</p>
                  <time className={styles.time}>{dateMinute(alert.since)}</time>
                </li>
              ))}
            </ul>
          );
        }}
      </QueryState>
    </Panel>
  );
}

const ofBridges = (bridges: Bridges | undefined): Shown[] =>
  (bridges?.bridges ?? []).flatMap((bridge) =>
    bridge.active_alerts.map((a) => ({ id: a.alert_id, severity: a.severity, kind: plain(a.alert_type), subject: bridgeName(bridge.bridge_id), message: a.message, since: a.timestamp })),
  );
