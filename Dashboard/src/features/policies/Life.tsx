import type { Policy } from "@/shared/api/types";
import { dateMinute } from "@/shared/format/times";
import styles from "./Life.module.css";

/** From beginning to end on a line, with how far it has come. */
export function Life({ policy, now }: { policy: Policy; now: number }) {
  const span = policy.ends_at - policy.starts_at;
  const share = Math.min(1, Math.max(0, (now - policy.starts_at) / span));
  return (
    <div className={styles.life}>
      <div className={styles.track} role="progressbar" aria-label="Part of its time that has passed" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
        <span style={{ width: `${share * 100}%` }} data-status={policy.status} />
      </div>
      <div className={styles.ends}>
        <span>{dateMinute(policy.starts_at)}</span>
        <span>{dateMinute(policy.ends_at)}</span>
      </div>
    </div>
  );
}
