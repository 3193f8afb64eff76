import type { ReactNode } from "react";
import styles from "./Badge.module.css";

export type Tone = "good" | "caution" | "warning" | "critical" | "info" | "neutral";

/** A word that says how something is. The colour only repeats it. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}

const tones: Record<string, Tone> = {
  Healthy: "good", Caution: "caution", Warning: "warning", Critical: "critical", Unknown: "neutral",
  High: "warning", Medium: "caution", Low: "info",
  healthy: "good", degraded: "caution", unhealthy: "critical",
  active: "info", expired: "neutral", triggered: "warning", paid: "good", partially_paid: "caution",
  pending: "info", refused: "neutral",
  green: "good", yellow: "caution", red: "critical",
};

/** The tone of a status, severity or state as the platform words them. */
export const toneOf = (word: string | null | undefined): Tone => (word == null ? "neutral" : (tones[word] ?? "neutral"));
