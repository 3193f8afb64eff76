import { useTranches } from "@/shared/api/get-tranches";
import { inPercent, percent, shortUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { trancheName } from "@/shared/format/words";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";

export function TrancheYields() {
  const tranches = useTranches();
  return (
    <Panel title="Tranches" span={5} flush note={tranches.data && `senior first · as of ${clockTime(tranches.data.tranches[0]?.last_updated)}`}>
      <QueryState query={tranches} lines={6}>
        {(data) => (
          <DataTable
            caption="Tranches with their yields, senior first"
            rows={data.tranches}
            rowKey={(t) => t.tranche_id}
            columns={[
              { name: "Tranche", cell: (t) => trancheName(t.tranche_id) },
              { name: "Target APY", numeric: true, cell: (t) => <b>{inPercent(t.apy)}</b>, sortBy: (t) => t.apy },
              { name: "Realised 30 d", numeric: true, cell: (t) => inPercent(t.realised_apy_30d), sortBy: (t) => t.realised_apy_30d },
              { name: "Utilization", numeric: true, cell: (t) => percent(t.utilization, 1), sortBy: (t) => t.utilization },
              { name: "Capital", numeric: true, cell: (t) => shortUsd(t.total_capital_usd), sortBy: (t) => t.total_capital_usd },
            ]}
          />
        )}
      </QueryState>
    </Panel>
  );
}
