import { ExternalLink } from "lucide-react";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type Links, useLinks } from "./api/get-links";
import styles from "./LinksPanel.module.css";

const names: readonly (readonly [keyof Links, string, string])[] = [
  ["traces_url", "Traces", "every request through all services"],
  ["metrics_url", "Metrics", "rates, times and queues"],
  ["logs_url", "Logs", "what the services wrote"],
];

export function LinksPanel() {
  const links = useLinks();
  return (
    <Panel title="Telemetry" span={12} note="where the operator keeps it">
      <QueryState
        query={links}
        lines={2}
        isEmpty={(data) => names.every(([name]) => data[name] === null)}
        empty={<StateMessage title="No link is configured" detail="The gateway that serves this page names none." />}
      >
        {(data) => (
          <ul className={styles.links}>
            {names.map(([name, title, what]) => {
              const url = data[name];
              return url === null ? null : (
                <li key={name}>
                  <a href={url} target="_blank" rel="noreferrer noopener">
                    {title} <ExternalLink size={13} aria-hidden />
                    <span className="visually-hidden"> (opens another page)</span>
                  </a>
                  <span>{what}</span>
                </li>
              );
            })}
          </ul>
        )}
      </QueryState>
    </Panel>
  );
}
