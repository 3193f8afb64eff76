import { useEffect, useState } from "react";

/** Unix seconds, anew every second while `running`. */
export function useNow(running = true): number {
  const [now, setNow] = useState(() => Date.now() / 1_000);
  useEffect(() => {
    if (!running) return;
    setNow(Date.now() / 1_000);
    const timer = setInterval(() => setNow(Date.now() / 1_000), 1_000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
