import { useMemo, useState } from "react";
import { useSnapshots } from "@/shared/api/get-snapshots";
import type { SnapshotHistory } from "@/shared/api/types";
import { LineChart } from "@/shared/charts/LineChart";
import { percent } from "@/shared/format/numbers";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { spanOptions, type SpanName } from "@/shared/ui/spans";
import { StateMessage } from "@/shared/ui/StateMessage";
import { Toggle } from "@/shared/ui/Toggle";

export function PoolTrend() {
  const [span, setSpan] = useState<SpanName>("day");
  const history = useSnapshots(span);
  return (
    <Panel
      title="LTV and reserves over time"
      span={7}
      actions={<Toggle label="Span" value={span} onChange={setSpan} options={spanOptions} />}
    >
      <QueryState
        query={history}
        isEmpty={(data) => data.points.length === 0}
        empty={<StateMessage title="No snapshot in this span" detail="The first is taken within a minute of the start." />}
        lines={7}
      >
        {(data) => <Trend history={data} />}
      </QueryState>
    </Panel>
  );
}

function Trend({ history }: { history: SnapshotHistory }) {
  const x = useMemo(() => history.points.map((p) => p.time), [history]);
  const lines = useMemo(
    () => [
      { label: "LTV", values: history.points.map((p) => p.ltv), color: "series-1", filled: true },
      { label: "Reserve ratio", values: history.points.map((p) => p.reserve_ratio), color: "series-5" },
      { label: "Worst stress loss / capital", values: history.points.map((p) => (p.total_capital_usd > 0 ? p.worst_stress_loss_usd / p.total_capital_usd : null)), color: "series-6", dashed: true },
    ],
    [history],
  );
  return <LineChart title="LTV, reserve ratio and worst stress loss over time" x={x} lines={lines} format={(v) => percent(v, 0)} unit="Share (%)" resolution={history.resolution_seconds} range={[0, 1]} />;
}
