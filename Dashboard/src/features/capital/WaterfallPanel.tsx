import { useRiskLimits } from "@/shared/api/get-risk-limits";
import { useSnapshots } from "@/shared/api/get-snapshots";
import { useTranches } from "@/shared/api/get-tranches";
import type { SnapshotPoint, Tranche } from "@/shared/api/types";
import { percent, shortUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { trancheName } from "@/shared/format/words";
import { OldBook } from "@/shared/ui/OldBook";
import { Panel } from "@/shared/ui/Panel";
import { QueryState, Stale } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { trancheColor } from "./tranche-colors";
import styles from "./WaterfallPanel.module.css";
import { absorb } from "./waterfall";

export function WaterfallPanel() {
  const tranches = useTranches();
  const snapshots = useSnapshots("hour");
  const limits = useRiskLimits();
  const last = snapshots.data?.points.at(-1);
  return (
    <Panel title="Who loses what" note={`losses eat the tranches from the left; drawn to scale${last ? ` · losses as measured ${clockTime(last.time)}` : ""}`}>
      <QueryState query={tranches} isEmpty={(data) => data.tranches.every((t) => t.total_capital_usd === 0)} empty={<StateMessage title="No capital yet" detail="The first deposit makes the first tranche." />}>
        {(data) => (
          <>
            <Stale query={snapshots} of="Losses" />
            {/* What was measured last rests on the book that the limits were held against. */}
            <OldBook of={limits.data} />
            <Waterfall tranches={data.tranches.toReversed()} losses={lossesOf(last)} />
          </>
        )}
      </QueryState>
    </Panel>
  );
}

interface Loss {
  name: string;
  usd: number;
}

const lossesOf = (point: SnapshotPoint | undefined): Loss[] =>
  point
    ? [
        { name: "Expected in a year", usd: point.year_expected_loss_usd },
        { name: "One year in a hundred (VaR 99)", usd: point.year_var_99_usd },
        { name: "Mean beyond it (CVaR 99)", usd: point.year_cvar_99_usd },
        { name: "Worst stress scenario", usd: point.worst_stress_loss_usd },
      ]
    : [];

/** @param props.tranches first loss first */
function Waterfall({ tranches, losses }: { tranches: readonly Tranche[]; losses: readonly Loss[] }) {
  const total = tranches.reduce((sum, t) => sum + t.total_capital_usd, 0);
  const width = (usd: number) => `${(usd / total) * 100}%`;
  return (
    <div className={styles.waterfall}>
      <ol className={styles.bar} aria-label="Tranches, first loss first">
        {tranches.map((t) => (
          <li key={t.tranche_id} style={{ width: width(t.total_capital_usd), borderColor: `var(--${trancheColor(t.tranche_id)})` }}>
            <b>{trancheName(t.tranche_id)}</b>
            <span>{shortUsd(t.total_capital_usd)}</span>
          </li>
        ))}
      </ol>
      {/* Where the names do not fit in. */}
      <ul className={styles.legend} aria-hidden>
        {tranches.map((t) => (
          <li key={t.tranche_id}>
            <i style={{ background: `var(--${trancheColor(t.tranche_id)})` }} /> {trancheName(t.tranche_id)} <b>{shortUsd(t.total_capital_usd)}</b>
          </li>
        ))}
      </ul>
      {losses.map((loss) => {
        const parts = absorb(tranches, loss.usd);
        return (
          <div key={loss.name} className={styles.loss}>
            <div className={styles.words}>
              <span>{loss.name}</span>
              <b>{shortUsd(loss.usd)}</b>
              <span>
                {parts.taken.length === 0 ? "takes nothing" : `takes ${parts.taken.map((p) => `${percent(p.share, p.share < 0.1 ? 1 : 0)} of ${trancheName(p.tranche_id)}`).join(", ")}`}
                {parts.shortfall > 0 && `, ${shortUsd(parts.shortfall)} borne by nobody`}
              </span>
            </div>
            <div className={styles.track} aria-hidden>
              <span style={{ width: width(Math.min(loss.usd, total)) }} />
            </div>
          </div>
        );
      })}
    </div>
  );
}
