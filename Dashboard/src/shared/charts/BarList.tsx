import type { ReactNode } from "react";
import styles from "./BarList.module.css";

/** Amounts beside each other, the largest as wide as there is room. */
export function BarList({ label, rows, format, max }: {
  label: string;
  rows: readonly { key: string; name: ReactNode; value: number; note?: ReactNode; color?: string }[];
  format: (value: number) => string;
  /** What fills the width; the largest value unless given. */
  max?: number;
}) {
  const most = max ?? Math.max(0, ...rows.map((row) => row.value));
  return (
    <ul className={styles.list} aria-label={label}>
      {rows.map((row) => (
        <li key={row.key}>
          <span className={styles.name}>{row.name}</span>
          <span className={styles.value}>{format(row.value)}</span>
          <span className={styles.track} aria-hidden>
            <span style={{ width: `${most > 0 ? Math.max(0.5, (row.value / most) * 100) : 0}%`, background: `var(--${row.color ?? "accent"})` }} />
          </span>
          {row.note !== undefined && <span className={styles.note}>{row.note}</span>}
        </li>
      ))}
    </ul>
  );
}
