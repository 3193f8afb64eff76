import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { Snapshot, StressLoss } from "@/shared/api/get-snapshot";
import { BarList } from "@/shared/charts/BarList";
import { change, count, fixed, percent, shortUsd, usd, wholeUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { bridgeName, coverageName, trancheName } from "@/shared/format/words";
import { useKey } from "@/shared/session/session";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { Dialog } from "@/shared/ui/Dialog";
import { Panel } from "@/shared/ui/Panel";
import { Failure, NeedsKey, QueryState, Skeleton } from "@/shared/ui/QueryState";
import { RowButton } from "@/shared/ui/RowButton";
import { Facts } from "@/shared/ui/Stat";
import { type Scenario, useScenarios } from "./api/get-scenarios";
import { useStressTest } from "./api/run-stress-test";
import { ltvAfter, ofCapitalLeft, reservesAfter } from "./stress";
import styles from "./StressPanel.module.css";

/** The scenarios of the library side by side, the dearest first. */
export function StressPanel({ snapshot }: { snapshot: UseQueryResult<Snapshot> }) {
  const scenarios = useScenarios().data?.scenarios;
  const [open, setOpen] = useState<string>();
  const nameOf = (id: string) => scenarios?.find((s) => s.id === id)?.name ?? id;
  return (
    <Panel title="Stress scenarios" flush note="loss by the payout rules as if dwell had passed, with what it does to deployed capital">
      <QueryState query={snapshot} lines={8} isEmpty={(data) => data.stress.length === 0}>
        {(data) => {
          const most = Math.max(...data.stress.map((s) => s.loss_usd), 1);
          return (
            <DataTable
              caption="Stress scenarios side by side"
              rows={data.stress}
              rowKey={(s) => s.scenario}
              columns={[
                { name: "Scenario", cell: (s) => <RowButton onClick={() => setOpen(s.scenario)}>{nameOf(s.scenario)}</RowButton>, sortBy: (s) => nameOf(s.scenario) },
                { name: "Loss", numeric: true, cell: (s) => <b>{wholeUsd(s.loss_usd)}</b>, sortBy: (s) => s.loss_usd },
                { name: "Of capital", cell: (s) => <Share loss={s.loss_usd} most={most} capital={data.total_capital_usd} /> },
                { name: "Claims", numeric: true, cell: (s) => wholeUsd(s.claims_usd), sortBy: (s) => s.claims_usd },
                { name: "Not covered", numeric: true, cell: (s) => wholeUsd(s.uncovered_usd), sortBy: (s) => s.uncovered_usd },
                { name: "LTV after", numeric: true, cell: (s) => ofCapitalLeft(ltvAfter(s)), sortBy: ltvAfter },
                { name: "Reserves after", numeric: true, cell: (s) => ofCapitalLeft(reservesAfter(s)), sortBy: reservesAfter },
              ]}
            />
          );
        }}
      </QueryState>
      <Dialog title={open === undefined ? "" : nameOf(open)} open={open !== undefined} onClose={() => setOpen(undefined)}>
        {open !== undefined && (
          <ScenarioDetail key={open} scenario={scenarios?.find((s) => s.id === open)} id={open} loss={snapshot.data?.stress.find((s) => s.scenario === open)} />
        )}
      </Dialog>
    </Panel>
  );
}

function Share({ loss, most, capital }: { loss: number; most: number; capital: number }) {
  return (
    <span className={styles.share}>
      <span className={styles.track} aria-hidden>
        <span style={{ width: `${Math.max(0, loss / most) * 100}%` }} />
      </span>
      {capital > 0 ? percent(loss / capital, 1) : "–"}
    </span>
  );
}

function ScenarioDetail({ scenario, id, loss }: { scenario: Scenario | undefined; id: string; loss: StressLoss | undefined }) {
  return (
    <>
      {scenario && (
        <>
          <p>{scenario.description}</p>
          <Facts rows={assumptionsOf(scenario)} />
          <ul className={styles.sources}>
            {scenario.sources.map((source) => <li key={source}>{source === "hypothetical" ? "Hypothetical: its figures are assumptions." : source}</li>)}
          </ul>
        </>
      )}
      {loss && <Facts rows={[["Loss in the last snapshot", usd(loss.loss_usd)], ["LTV and reserves after it", loss.ltv_after === null ? "no capital left" : `${percent(loss.ltv_after, 1)} and ${percent(loss.reserve_ratio_after, 1)}`]]} />}
      <ByTranche scenario={id} />
    </>
  );
}

function assumptionsOf(scenario: Scenario): (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [];
  const pegs = Object.entries(scenario.peg_ratios);
  if (pegs.length > 0) rows.push(["Peg ratios", pegs.map(([coin, ratio]) => `${coin} ${fixed(ratio, 4)}`).join(", ")]);
  if (scenario.bridges.length > 0) rows.push(["Bridges lost", scenario.bridges.map(bridgeName).join(", ")]);
  for (const [chain, share] of Object.entries(scenario.chains)) rows.push([`Cover on ${chain} pays`, percent(share, 0)]);
  for (const [type, share] of Object.entries(scenario.types)) rows.push([`${coverageName(type)} cover pays`, percent(share, 0)]);
  if (scenario.btc_move !== 0) rows.push(["BTC", change(scenario.btc_move * 100, 0)]);
  return rows;
}

/** Asked for, not shown by itself: each run counts against a limit. */
function ByTranche({ scenario }: { scenario: string }) {
  const key = useKey();
  const test = useStressTest();
  if (key === null) return <NeedsKey />;
  if (test.isError) return <Failure error={test.error} retry={() => test.mutate(scenario)} />;
  if (test.isPending) return <Skeleton lines={6} />;
  if (!test.data) return <Button onClick={() => test.mutate(scenario)}>Run it on the book as it is now</Button>;
  return (
    <>
      <h3>Who would bear {shortUsd(test.data.loss_usd)} now</h3>
      <BarList
        label="Loss by tranche, first loss first"
        format={wholeUsd}
        rows={test.data.by_tranche.toReversed().map((t) => ({ key: t.tranche_id, name: trancheName(t.tranche_id), value: t.loss_usd, color: "series-5" }))}
      />
      <p className={styles.note}>
        {usd(test.data.triggered_usd)} of cover triggers and is paid {usd(test.data.claims_usd)}; deployed capital changes by {usd(test.data.deployed_change_usd)}.
        {test.data.uncovered_usd > 0 && ` ${usd(test.data.uncovered_usd)} would find no capital.`} Book of {clockTime(test.data.as_of)}; {count(test.data.by_tranche.length)} tranches.
      </p>
    </>
  );
}
