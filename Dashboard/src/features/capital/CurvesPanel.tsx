import { useMemo } from "react";
import { useTranches } from "@/shared/api/get-tranches";
import type { Curves, Tranches } from "@/shared/api/types";
import { LineChart } from "@/shared/charts/LineChart";
import { inPercent, percent, shortUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { trancheName } from "@/shared/format/words";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { useCurves } from "./api/get-curves";
import { trancheColor } from "./tranche-colors";

export function CurvesPanel() {
  const curves = useCurves();
  const tranches = useTranches();
  return (
    <>
      <Panel title="Target yield by utilization" span={6} note="a dot is where a tranche stands now">
        <QueryState query={curves} lines={9}>{(data) => <CurveChart curves={data} tranches={tranches.data} />}</QueryState>
      </Panel>
      <Panel title="Tranches" span={6} flush note={tranches.data && `senior first · as of ${clockTime(tranches.data.timestamp)}`}>
        <QueryState query={tranches} lines={7}>
          {(data) => (
            <DataTable
              caption="Tranches, senior first"
              rows={data.tranches}
              rowKey={(t) => t.tranche_id}
              columns={[
                { name: "Tranche", cell: (t) => trancheName(t.tranche_id) },
                { name: "Target", numeric: true, cell: (t) => <b>{inPercent(t.apy)}</b>, sortBy: (t) => t.apy },
                { name: "30 d", numeric: true, cell: (t) => inPercent(t.realised_apy_30d), sortBy: (t) => t.realised_apy_30d },
                { name: "Utilization", numeric: true, cell: (t) => percent(t.utilization, 1), sortBy: (t) => t.utilization },
                { name: "Capital", numeric: true, cell: (t) => shortUsd(t.total_capital_usd), sortBy: (t) => t.total_capital_usd },
                { name: "Room", numeric: true, cell: (t) => shortUsd(t.available_capacity_usd), sortBy: (t) => t.available_capacity_usd },
                { name: "Share price", numeric: true, cell: (t) => `$${t.share_price.slice(0, 8)}`, sortBy: (t) => Number(t.share_price) },
              ]}
            />
          )}
        </QueryState>
      </Panel>
    </>
  );
}

function CurveChart({ curves, tranches }: { curves: Curves; tranches: Tranches | undefined }) {
  const x = useMemo(() => curves.curves[0]?.points.map((p) => p.utilization) ?? [], [curves]);
  const lines = useMemo(
    () => curves.curves.map((curve) => ({ label: trancheName(curve.tranche_id), values: curve.points.map((p) => p.apy), color: trancheColor(curve.tranche_id) })),
    [curves],
  );
  return (
    <LineChart
      title="Target yields of the six tranches by utilization"
      x={x}
      lines={lines}
      format={(v) => inPercent(v, 1)}
      unit="Target APY (% a year)"
      xAxis={{ kind: "figure", label: "Utilization (%)", format: (v) => percent(v, 0) }}
      dots={(tranches?.tranches ?? []).map((t) => ({ x: t.utilization, y: t.apy, color: trancheColor(t.tranche_id) }))}
      height={280}
    />
  );
}
