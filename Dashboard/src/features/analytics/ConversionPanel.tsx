import { useMemo } from "react";
import { LineChart } from "@/shared/charts/LineChart";
import { count, percent, shortUsd } from "@/shared/format/numbers";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Stat, Stats } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type ConversionPoint, useStatistics, type Wanted } from "./api/get-statistics";
import { ratio, total } from "./totals";

/** From the same answer as the quotes; its download is there. */
export function ConversionPanel({ wanted }: { wanted: Wanted }) {
  const statistics = useStatistics("conversion", wanted);
  return (
    <Panel title="What is sold of it" span={6} note="policies over quotes">
      <QueryState query={statistics} lines={8}>
        {(data) => (
          <>
            <Stats>
              <Stat label="Policies" value={count(total(data.points, (p) => p.policies))} />
              <Stat label="Conversion" value={percent(ratio(total(data.points, (p) => p.policies), total(data.points, (p) => p.quotes)))} />
              <Stat label="Cover sold" value={shortUsd(total(data.points, (p) => p.sold_coverage_usd))} />
              <Stat label="Premium" value={shortUsd(total(data.points, (p) => p.premium_usd))} />
            </Stats>
            {total(data.points, (p) => p.policies) === 0 ? <StateMessage title="No policy was sold in this span" /> : <Bars points={data.points} interval={wanted.interval} />}
          </>
        )}
      </QueryState>
    </Panel>
  );
}

function Bars({ points, interval }: { points: readonly ConversionPoint[]; interval: string }) {
  const x = useMemo(() => points.map((p) => p.time), [points]);
  const lines = useMemo(() => [{ label: "Policies", values: points.map((p) => p.policies), color: "series-3", bars: true }], [points]);
  return <LineChart title={`Policies sold per ${interval}`} x={x} lines={lines} format={count} unit="Policies" height={200} />;
}
