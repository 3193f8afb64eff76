import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Horizon, Snapshot } from "@/shared/api/get-snapshot";
import { LineChart, type Mark, type Span } from "@/shared/charts/LineChart";
import { count, percent, shortUsd, usd, wholeUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { OldBook } from "@/shared/ui/OldBook";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Stat, Stats } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { EstimateList } from "./EstimateList";
import { interval } from "./estimate";
import { horizonName, horizonOf } from "./horizon";

export function LossPanel({ snapshot, days }: { snapshot: UseQueryResult<Snapshot>; days: number }) {
  return (
    <Panel
      title={`Loss over ${horizonName(days)}`}
      span={8}
      note={snapshot.data && `${count(snapshot.data.scenarios)} scenarios, seed ${snapshot.data.seed} · book of ${clockTime(snapshot.data.as_of)}`}
    >
      <OldBook of={snapshot.data} />
      <QueryState query={snapshot} lines={9}>
        {(data) => {
          const horizon = horizonOf(data, days);
          return horizon ? <Distribution horizon={horizon} scenarios={data.scenarios} capital={data.total_capital_usd} /> : <StateMessage title="This horizon is not simulated" />;
        }}
      </QueryState>
    </Panel>
  );
}

function Distribution({ horizon, scenarios, capital }: { horizon: Horizon; scenarios: number; capital: number }) {
  const { x, lines } = useMemo(
    () => ({
      x: horizon.histogram.map((bin) => bin.from_usd),
      // 0 has no logarithm: what was never seen is not drawn.
      lines: [{ label: "Scenarios", values: horizon.histogram.map((bin) => (bin.scenarios > 0 ? bin.scenarios : null)), color: "series-1", bars: true }],
    }),
    [horizon],
  );
  const { marks, spans } = useMemo(() => marksOf(horizon), [horizon]);
  const measures = [
    { name: "Expected loss", estimate: horizon.expected_loss },
    { name: "VaR 95", estimate: horizon.var_95 },
    { name: "VaR 99", estimate: horizon.var_99 },
    { name: "VaR 99.5", estimate: horizon.var_995 },
    { name: "CVaR 95", estimate: horizon.cvar_95 },
    { name: "CVaR 99", estimate: horizon.cvar_99 },
  ];
  return (
    <>
      <Stats>
        <Stat label="Expected loss" value={shortUsd(horizon.expected_loss.value)} note={`± ${usd(horizon.expected_loss.standard_error)} standard error`} />
        <Stat label="VaR 99" value={shortUsd(horizon.var_99.value)} note={capital > 0 ? `${percent(horizon.var_99.value / capital)} of capital` : undefined} />
        <Stat label="CVaR 99" value={shortUsd(horizon.cvar_99.value)} note={capital > 0 ? `${percent(horizon.cvar_99.value / capital)} of capital` : undefined} />
        <Stat label="Worst scenario" value={shortUsd(horizon.worst)} note={usd(horizon.worst)} />
        <Stat label="Without any loss" value={percent(horizon.without_loss / scenarios, 2)} note={`${count(horizon.without_loss)} scenarios`} />
      </Stats>
      {horizon.histogram.length === 0 ? (
        <StateMessage title="No scenario loses anything" detail="There is no cover that could trigger." />
      ) : (
        <LineChart
          title={`Scenarios by loss over ${horizonName(horizon.days)}, with value at risk`}
          x={x}
          lines={lines}
          marks={marks}
          spans={spans}
          xAxis={lossAxis}
          format={count}
          unit="Scenarios (log scale)"
          logarithmic
          height={250}
        />
      )}
      <EstimateList label={`Measures of loss over ${horizonName(horizon.days)} with their 95 % intervals`} rows={measures} format={wholeUsd} />
    </>
  );
}

const lossAxis = { kind: "figure", label: "Loss (USD)", format: shortUsd } as const;

function marksOf(horizon: Horizon): { marks: Mark[]; spans: Span[] } {
  const shown = [
    { label: "VaR 95", estimate: horizon.var_95, color: "caution" },
    { label: "VaR 99", estimate: horizon.var_99, color: "warning" },
    { label: "CVaR 99", estimate: horizon.cvar_99, color: "critical" },
    // Where most scenarios lose nothing, that is the quantile: a line at the axis would only hide the first bar.
  ].filter(({ estimate }) => estimate.value > 0);
  return {
    marks: shown.map(({ label, estimate, color }) => ({ x: estimate.value, label, color })),
    spans: shown.map(({ estimate, color }) => {
      const { low, high } = interval(estimate);
      return { from: low, to: high, color };
    }),
  };
}
