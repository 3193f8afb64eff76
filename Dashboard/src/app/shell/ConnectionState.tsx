import { useEffect, useState } from "react";
import { clockTime } from "@/shared/format/times";
import { useConnection } from "@/shared/live/LiveProvider";
import styles from "./ConnectionState.module.css";

/** A blink between two connections is nobody's concern. */
const quietMs = 1_500;

/** Whether what is shown is live. Said aloud when it changes, for those who do not see the dot. */
export function ConnectionState() {
  const connection = useConnection();
  const isLive = connection.phase === "live";
  const [cut, setCut] = useState(false);
  useEffect(() => {
    if (isLive) {
      setCut(false);
      return;
    }

    const timer = setTimeout(() => setCut(true), quietMs);
    return () => clearTimeout(timer);
  }, [isLive]);
  const lostAt = connection.phase === "waiting" ? clockTime(connection.lostAt / 1_000) : undefined;
  const [word, detail] = isLive ? ["Live", "Changes are shown as they happen."]
    : cut ? ["Reconnecting", lostAt === undefined ? "The platform is being reached." : `Cut off; live until ${lostAt}.`]
    : ["Connecting", "The platform is being reached."];
  return (
    <span className={styles.state} data-phase={isLive ? "live" : cut ? "cut" : "connecting"} role="status" title={detail}>
      <span className={styles.dot} aria-hidden />
      {word}
      <span className="visually-hidden">. {detail}</span>
    </span>
  );
}
