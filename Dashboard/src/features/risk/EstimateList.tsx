import type { Estimate } from "@/shared/api/get-snapshot";
import { interval } from "./estimate";
import styles from "./EstimateList.module.css";

/** Simulated figures on one scale from 0, each as a dot within its 95 % interval. */
export function EstimateList({ label, rows, format }: {
  label: string;
  rows: readonly { name: string; estimate: Estimate }[];
  format: (value: number) => string;
}) {
  const most = Math.max(...rows.map((row) => interval(row.estimate).high), 0);
  const at = (value: number) => `${most > 0 ? (value / most) * 100 : 0}%`;
  return (
    <div>
      <ul className={styles.list} aria-label={label}>
        {rows.map(({ name, estimate }) => {
          const { low, high } = interval(estimate);
          return (
            <li key={name}>
              <span className={styles.name}>{name}</span>
              <span className={styles.track} aria-hidden>
                <span className={styles.bar} style={{ left: at(low), width: at(high - low) }} />
                <span className={styles.dot} style={{ left: at(estimate.value) }} />
              </span>
              <span className={styles.value}>{format(estimate.value)}</span>
              <span className={styles.interval}>
                {format(low)} … {format(high)}
              </span>
            </li>
          );
        })}
      </ul>
      <p className={styles.note}>Dots with their 95 % confidence intervals, USD. Chance in the simulation, not doubt about the model.</p>
    </div>
  );
}
