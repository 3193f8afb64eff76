import { useMemo, useState } from "react";
import { useSnapshots } from "@/shared/api/get-snapshots";
import type { SnapshotHistory } from "@/shared/api/types";
import { LineChart } from "@/shared/charts/LineChart";
import { shortUsd } from "@/shared/format/numbers";
import { duration } from "@/shared/format/times";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { Toggle } from "@/shared/ui/Toggle";
import { spanOptions, type SpanName } from "@/shared/ui/spans";

export function SnapshotHistoryPanel() {
  const [span, setSpan] = useState<SpanName>("day");
  const history = useSnapshots(span);
  return (
    <Panel
      title="Snapshots over time"
      note={history.data && `a point each ${duration(history.data.resolution_seconds)}`}
      actions={<Toggle label="Span" value={span} onChange={setSpan} options={spanOptions} />}
    >
      <QueryState
        query={history}
        lines={7}
        isEmpty={(data) => data.points.length === 0}
        empty={<StateMessage title="No snapshot in this span" detail="The first is taken within a minute of the start." />}
      >
        {(data) => <Lines history={data} />}
      </QueryState>
    </Panel>
  );
}

function Lines({ history }: { history: SnapshotHistory }) {
  const x = useMemo(() => history.points.map((p) => p.time), [history]);
  const lines = useMemo(
    () => [
      { label: "Worst stress loss", values: history.points.map((p) => p.worst_stress_loss_usd), color: "series-6", dashed: true },
      { label: "One-year CVaR 99", values: history.points.map((p) => p.year_cvar_99_usd), color: "series-5" },
      { label: "One-year VaR 99", values: history.points.map((p) => p.year_var_99_usd), color: "series-1" },
      { label: "One-year expected loss", values: history.points.map((p) => p.year_expected_loss_usd), color: "series-3" },
    ],
    [history],
  );
  return <LineChart title="Risk measures of the snapshots over time" x={x} lines={lines} format={shortUsd} unit="USD" resolution={history.resolution_seconds} height={240} />;
}
