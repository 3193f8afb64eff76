import { type Snapshot, useSnapshot } from "@/shared/api/get-snapshot";
import { useTranches } from "@/shared/api/get-tranches";
import type { Tranche } from "@/shared/api/types";
import { percent, shortUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { trancheName } from "@/shared/format/words";
import { OldBook } from "@/shared/ui/OldBook";
import { Panel } from "@/shared/ui/Panel";
import { QueryState, Stale } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { trancheColor } from "./tranche-colors";
import styles from "./WaterfallPanel.module.css";
import { bear, type Loss, type Part } from "./waterfall";

export function WaterfallPanel() {
  const tranches = useTranches();
  const snapshot = useSnapshot();
  const measured = snapshot.data;
  return (
    <Panel
      title="Who loses what"
      note={`claims eat the tranches from the left, what deployed capital loses eats all alike; drawn to scale${measured ? ` · losses as measured ${clockTime(measured.timestamp)}` : ""}`}
    >
      <QueryState query={tranches} isEmpty={(data) => data.tranches.every((t) => t.total_capital_usd === 0)} empty={<StateMessage title="No capital yet" detail="The first deposit makes the first tranche." />}>
        {(data) => (
          <>
            <Stale query={snapshot} of="Losses" />
            <OldBook of={measured} />
            <Waterfall tranches={data.tranches.toReversed()} losses={lossesOf(measured)} />
          </>
        )}
      </QueryState>
    </Panel>
  );
}

interface NamedLoss extends Loss {
  readonly name: string;
}

const yearDays = 365;

function lossesOf(snapshot: Snapshot | undefined): NamedLoss[] {
  const year = snapshot?.horizons.find((h) => h.days === yearDays);
  const worst = snapshot?.worst_stress;
  // What is simulated is claims alone.
  const simulated = (name: string, usd: number): NamedLoss => ({ name, claimsUsd: usd, deployedChangeUsd: 0 });
  return [
    ...(year
      ? [
          simulated("Expected in a year", year.expected_loss.value),
          simulated("One year in a hundred (VaR 99)", year.var_99.value),
          simulated("Mean beyond it (CVaR 99)", year.cvar_99.value),
        ]
      : []),
    ...(worst ? [{ name: "Worst stress scenario", claimsUsd: worst.claims_usd, deployedChangeUsd: worst.claims_usd - worst.loss_usd }] : []),
  ];
}

/** @param props.tranches first loss first */
function Waterfall({ tranches, losses }: { tranches: readonly Tranche[]; losses: readonly NamedLoss[] }) {
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
        const { parts, shortfall } = bear(tranches, loss);
        return (
          <div key={loss.name} className={styles.loss}>
            <div className={styles.words}>
              <span>{loss.name}</span>
              <b>{shortUsd(loss.claimsUsd - loss.deployedChangeUsd)}</b>
              <span>
                {wordsOf(parts)}
                {shortfall > 0 && `, ${shortUsd(shortfall)} borne by nobody`}
              </span>
            </div>
            <div className={styles.track} aria-hidden>
              {tranches.map((t) => {
                const lost = parts.find((p) => p.tranche_id === t.tranche_id);
                return (
                  <span key={t.tranche_id} style={{ width: width(t.total_capital_usd) }}>
                    {lost && lost.usd > 0 && <i style={{ width: `${lost.share * 100}%` }} />}
                  </span>
                );
              })}
            </div>
          </div>
        );
      })}
    </div>
  );
}

function wordsOf(parts: readonly Part[]): string {
  const part = ({ tranche_id, share }: Part, preposition: string) => `${percent(Math.abs(share), Math.abs(share) < 0.1 ? 1 : 0)} ${preposition} ${trancheName(tranche_id)}`;
  const taken = parts.filter((p) => p.usd > 0).map((p) => part(p, "of"));
  const added = parts.filter((p) => p.usd < 0).map((p) => part(p, "to"));
  return [taken.length === 0 ? "takes nothing" : `takes ${taken.join(", ")}`, ...(added.length === 0 ? [] : [`adds ${added.join(", ")}`])].join("; ");
}
