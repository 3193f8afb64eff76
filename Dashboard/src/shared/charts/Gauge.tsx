import styles from "./Gauge.module.css";

export interface GaugeLimit {
  readonly value: number;
  readonly name: string;
  readonly tone: "caution" | "warning" | "critical";
}

/**
 * One figure against its limits on a straight scale: a bar, coloured by the zone it is in, and a tick for each limit.
 *
 * @param props.danger whether high or low values are the bad ones
 */
export function Gauge({ label, value, max, limits, danger = "high", format }: {
  label: string;
  /** A share of capital; null where there is none for what it has to bear, which is beyond every limit. */
  value: number | null;
  /** End of the scale, which begins at 0. */
  max: number;
  limits: readonly GaugeLimit[];
  danger?: "high" | "low";
  format: (value: number) => string;
}) {
  const crossed = limits
    .filter((limit) => value === null || (danger === "high" ? value >= limit.value : value <= limit.value))
    .toSorted((a, b) => (danger === "high" ? b.value - a.value : a.value - b.value))[0];
  // Where no limit is known nothing is in order for that; without capital nothing is, whatever they are.
  const inside = value === null ? "critical" : limits.length === 0 ? "neutral" : "good";
  const shown = value === null ? "no capital" : format(value);
  const reached = value ?? (danger === "high" ? max : 0);
  const at = (figure: number) => `${Math.min(100, Math.max(0, (figure / max) * 100))}%`;
  return (
    <div className={styles.gauge}>
      <div className={styles.head}>
        <span className={styles.label}>{label}</span>
        <span className={styles.value}>{shown}</span>
      </div>
      <div
        className={styles.scale}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        // Without an exponent, which ARIA does not know.
        aria-valuenow={Number(reached.toFixed(6))}
        aria-valuetext={`${shown}${crossed ? `, past the limit “${crossed.name}”` : ""}`}
      >
        <span className={styles.bar} data-tone={crossed?.tone ?? inside} style={{ width: at(reached) }} />
        {limits.map((limit) => (
          <span key={limit.name} className={styles.tick} data-tone={limit.tone} style={{ left: at(limit.value) }} />
        ))}
      </div>
      <ul className={styles.limits} aria-label={`Limits of ${label}`}>
        {limits.map((limit) => (
          <li key={limit.name} data-tone={limit.tone}>
            {limit.name} {danger === "high" ? "≥" : "≤"} {format(limit.value)}
          </li>
        ))}
      </ul>
    </div>
  );
}
