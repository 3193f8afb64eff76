import type { ReactNode } from "react";
import styles from "./StateMessage.module.css";

/** Where figures would be, and are not: what is so, why, and what can be done. */
export function StateMessage({ icon, title, detail, action, tone = "calm" }: {
  icon?: ReactNode;
  title: string;
  detail?: ReactNode;
  action?: ReactNode;
  tone?: "calm" | "good" | "critical";
}) {
  return (
    <div className={styles.message} data-tone={tone} role={tone === "critical" ? "alert" : undefined}>
      {icon}
      <p className={styles.title}>{title}</p>
      {detail !== undefined && <div className={styles.detail}>{detail}</div>}
      {action}
    </div>
  );
}
