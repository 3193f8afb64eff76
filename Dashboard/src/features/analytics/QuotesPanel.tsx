import { useMemo } from "react";
import { LineChart } from "@/shared/charts/LineChart";
import { count, shortUsd } from "@/shared/format/numbers";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Stat, Stats } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type ConversionPoint, useStatistics, type Wanted } from "./api/get-statistics";
import { CsvButton } from "./CsvButton";
import { total } from "./totals";

export function QuotesPanel({ wanted }: { wanted: Wanted }) {
  const statistics = useStatistics("conversion", wanted);
  return (
    <Panel title={`Quotes per ${wanted.interval}`} span={6} actions={<CsvButton name="conversion" wanted={wanted} />}>
      <QueryState query={statistics} lines={8}>
        {(data) => (
          <>
            <Stats>
              <Stat label="Quotes" value={count(total(data.points, (p) => p.quotes))} />
              <Stat label="Cover asked for" value={shortUsd(total(data.points, (p) => p.quoted_coverage_usd))} />
            </Stats>
            {total(data.points, (p) => p.quotes) === 0 ? <StateMessage title="No quote was asked for in this span" /> : <Bars points={data.points} interval={wanted.interval} />}
          </>
        )}
      </QueryState>
    </Panel>
  );
}

function Bars({ points, interval }: { points: readonly ConversionPoint[]; interval: string }) {
  const x = useMemo(() => points.map((p) => p.time), [points]);
  const lines = useMemo(() => [{ label: "Quotes", values: points.map((p) => p.quotes), color: "series-1", bars: true }], [points]);
  return <LineChart title={`Quotes per ${interval}`} x={x} lines={lines} format={count} unit="Quotes" height={200} />;
}
