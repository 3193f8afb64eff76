import { useEffect, useState } from "react";
import { useConnection } from "@/shared/live/LiveProvider";
import { useKey } from "@/shared/session/session";
import { connectionWords } from "./connection";
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
  const [word, detail] = connectionWords(connection, cut, useKey() !== null);
  return (
    <span className={styles.state} data-phase={isLive ? "live" : cut ? "cut" : "connecting"} role="status" title={detail}>
      <span className={styles.dot} aria-hidden />
      {word}
      <span className="visually-hidden">. {detail}</span>
    </span>
  );
}
