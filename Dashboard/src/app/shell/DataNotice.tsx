import { FlaskConical, PlugZap } from "lucide-react";
import { clockTime } from "@/shared/format/times";
import { useBridges } from "@/shared/api/get-bridges";
import { useHealth } from "@/shared/api/get-health";
import { useConnection } from "@/shared/live/LiveProvider";
import { Notice } from "@/shared/ui/Notice";
import { lossOf, wantsKey } from "./connection";
import styles from "./DataNotice.module.css";

/** What a reader must know before believing a figure: that the market is simulated, the book a demonstration, or the page cut off. */
export function DataNotice() {
  const health = useHealth();
  const bridges = useBridges();
  // Also while it is tried again: what comes and goes would be read out each time.
  const loss = lossOf(useConnection());
  const simulated = bridges.data?.bridges.some((bridge) => bridge.data_source === "simulated") === true;
  const demonstration = health.data?.data === "demonstration";
  return (
    <div className={styles.notices}>
      {loss && loss.attempt > 1 && !wantsKey(loss) && (
        <Notice tone="critical" icon={<PlugZap size={16} aria-hidden />} live>
          <b>Cut off from the platform.</b> {loss.lostAt === null ? "Nothing that is shown is live" : `What is shown was live until ${clockTime(loss.lostAt / 1_000)}`}; the page keeps trying and catches up by itself.
        </Notice>
      )}
      {(simulated || demonstration) && (
        <Notice tone="caution" icon={<FlaskConical size={16} aria-hidden />}>
          <b>{simulated ? "Simulated market" : "Demonstration book"}{simulated && demonstration ? " and demonstration book" : ""}.</b>{" "}
          {simulated && "Prices and bridge values are made up by a simulator, not observed. "}
          {demonstration && "Policies and capital were filled in to show the platform; no money stands behind them."}
        </Notice>
      )}
    </div>
  );
}
