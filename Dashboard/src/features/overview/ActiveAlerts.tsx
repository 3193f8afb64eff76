import { ShieldCheck } from "lucide-react";
import { useBridges } from "@/shared/api/get-bridges";
import { useRiskAlerts } from "@/shared/api/get-risk-alerts";
import { useRiskLimits } from "@/shared/api/get-risk-limits";
import { dateMinute } from "@/shared/format/times";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { isOld, OldBook } from "@/shared/ui/OldBook";
import { areOld, OldBridges } from "@/shared/ui/OldBridges";
import { Panel } from "@/shared/ui/Panel";
import { QueryState, Skeleton, Stale } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type ActiveAlert, alertsOf } from "./alerts";
import styles from "./ActiveAlerts.module.css";

export function ActiveAlerts() {
  const risk = useRiskAlerts();
  const bridges = useBridges();
  const limits = useRiskLimits();
  return (
    <Panel title="Active alerts" span={4} note="risk and bridges, worst first">
      <QueryState query={risk} lines={5}>
        {(data) => {
          const alerts = alertsOf(data.alerts, bridges.data?.bridges ?? []);
          return (
            <>
              <Stale query={bridges} of="Alerts of bridges" />
              <Stale query={limits} of="Limits" />
              <OldBook of={limits.data} />
              <OldBridges of={bridges.data} />
              {(bridges.isPending || limits.isPending) && <Skeleton lines={2} />}
              {alerts.length > 0 && <List alerts={alerts} />}
              {/* Nothing is clear while one of them is unknown or old: no alert is raised before the book has been measured, or a bridge judged. */}
              {alerts.length === 0 && risk.isSuccess && bridges.isSuccess && limits.isSuccess && !isOld(limits.data) && !areOld(bridges.data) && (
                <StateMessage tone="good" icon={<ShieldCheck size={20} aria-hidden />} title="No active alert" detail="Every figure is inside its limits." />
              )}
            </>
          );
        }}
      </QueryState>
    </Panel>
  );
}

function List({ alerts }: { alerts: readonly ActiveAlert[] }) {
  return (
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
}
