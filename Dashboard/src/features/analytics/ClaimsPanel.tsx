import { useMemo } from "react";
import { LineChart } from "@/shared/charts/LineChart";
import { count, shortUsd } from "@/shared/format/numbers";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Stat, Stats } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type ClaimPoint, useStatistics, type Wanted } from "./api/get-statistics";
import { CsvButton } from "./CsvButton";
import { total } from "./totals";

export function ClaimsPanel({ wanted }: { wanted: Wanted }) {
  const claims = useStatistics("claims", wanted);
  return (
    <Panel title={`Claims per ${wanted.interval}`} actions={<CsvButton name="claims" wanted={wanted} />}>
      <QueryState query={claims} lines={7}>
        {(data) => (
          <>
            <Stats>
              <Stat label="Filed" value={count(total(data.points, (p) => p.filed))} />
              <Stat label="Triggered" value={count(total(data.points, (p) => p.triggered))} />
              <Stat label="Refused" value={count(total(data.points, (p) => p.refused))} />
              <Stat label="Owed" value={shortUsd(total(data.points, (p) => p.payout_usd))} />
              <Stat label="Paid" value={shortUsd(total(data.points, (p) => p.paid_usd))} />
              <Stat label="Shortfall" value={shortUsd(total(data.points, (p) => p.shortfall_usd))} />
            </Stats>
            {total(data.points, (p) => p.filed) === 0 ? <StateMessage title="No claim was filed in this span" /> : <Bars points={data.points} interval={wanted.interval} />}
          </>
        )}
      </QueryState>
    </Panel>
  );
}

function Bars({ points, interval }: { points: readonly ClaimPoint[]; interval: string }) {
  const x = useMemo(() => points.map((p) => p.time), [points]);
  const lines = useMemo(
    () => [
      { label: "Filed", values: points.map((p) => p.filed), color: "series-1", bars: true },
      { label: "Triggered", values: points.map((p) => p.triggered), color: "series-5", bars: true },
    ],
    [points],
  );
  return <LineChart title={`Claims per ${interval}`} x={x} lines={lines} format={count} unit="Claims" height={180} />;
}
