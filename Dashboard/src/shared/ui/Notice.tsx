import type { ReactNode } from "react";
import type { Tone } from "./Badge";
import styles from "./Notice.module.css";

/** Something the reader should know before going on. `live` ones are read out when they appear. */
export function Notice({ tone, icon, children, live = false }: { tone: Tone; icon?: ReactNode; children: ReactNode; live?: boolean }) {
  return (
    <div className={styles.notice} data-tone={tone} role={live ? (tone === "critical" ? "alert" : "status") : undefined}>
      {icon}
      <div className={styles.text}>{children}</div>
    </div>
  );
}
