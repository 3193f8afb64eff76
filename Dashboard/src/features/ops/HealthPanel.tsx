import { useHealth } from "@/shared/api/get-health";
import type { Health } from "@/shared/api/types";
import { clockTime } from "@/shared/format/times";
import { plain } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import styles from "./HealthPanel.module.css";

export function HealthPanel() {
  const health = useHealth();
  return (
    <Panel
      title="Services and what they depend on"
      span={8}
      note={health.data && `version ${health.data.version} · data: ${health.data.data} · as of ${clockTime(health.data.timestamp)}`}
      actions={health.data && <Badge tone={toneOf(health.data.status)}>{plain(health.data.status)}</Badge>}
    >
      <QueryState query={health} lines={8}>
        {(data) => (
          <ul className={styles.services}>
            {Object.entries(data.services).map(([name, service]) => (
              <li key={name} className={styles.service}>
                <p className={styles.head}>
                  <b>{name}</b>
                  <Badge tone={toneOf(service.status)}>{plain(service.status)}</Badge>
                </p>
                <Checks checks={service.checks} />
              </li>
            ))}
          </ul>
        )}
      </QueryState>
    </Panel>
  );
}

function Checks({ checks }: { checks: Health["services"][string]["checks"] }) {
  const entries = Object.entries(checks);
  if (entries.length === 0) return <p className={styles.none}>It tells nothing of itself.</p>;
  return (
    <ul className={styles.checks}>
      {entries.map(([name, check]) => (
        <li key={name} data-status={check.status}>
          <span>{name}</span>
          <span>{check.status}</span>
        </li>
      ))}
    </ul>
  );
}
