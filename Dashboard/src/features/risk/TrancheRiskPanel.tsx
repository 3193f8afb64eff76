import type { UseQueryResult } from "@tanstack/react-query";
import type { Snapshot, TrancheRisk } from "@/shared/api/get-snapshot";
import { percent, shortUsd, unknown, usd } from "@/shared/format/numbers";
import { trancheName } from "@/shared/format/words";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { horizonName, horizonOf } from "./horizon";

export function TrancheRiskPanel({ snapshot, days }: { snapshot: UseQueryResult<Snapshot>; days: number }) {
  return (
    <Panel title="Who bears it" span={7} flush note={`tranches over ${horizonName(days)}, first loss first`}>
      <QueryState query={snapshot} lines={6}>
        {(data) => (
          <DataTable
            caption={`Loss of each tranche over ${horizonName(days)}, first loss first`}
            rows={horizonOf(data, days)?.tranches ?? []}
            rowKey={(t) => t.tranche_id}
            columns={[
              { name: "Tranche", cell: (t) => trancheName(t.tranche_id) },
              { name: "Expected loss", numeric: true, cell: (t) => <b>{usd(t.expected_loss.value)}</b>, sortBy: (t) => t.expected_loss.value },
              { name: "Std. error", numeric: true, cell: (t) => `± ${usd(t.expected_loss.standard_error)}` },
              { name: "Of its capital", numeric: true, cell: (t) => percent(shareOf(t), 3), sortBy: shareOf },
              { name: "Touched", numeric: true, cell: (t) => probability(t.probability_touched), sortBy: (t) => t.probability_touched },
              { name: "Wiped out", numeric: true, cell: (t) => probability(t.probability_wiped_out), sortBy: (t) => t.probability_wiped_out },
              { name: "Capital", numeric: true, cell: (t) => shortUsd(t.capital_usd), sortBy: (t) => t.capital_usd },
            ]}
          />
        )}
      </QueryState>
    </Panel>
  );
}

const shareOf = (tranche: TrancheRisk) => (tranche.capital_usd > 0 ? tranche.expected_loss.value / tranche.capital_usd : null);

/** 0 of so many scenarios is not the same as impossible. */
const probability = (value: number | null) => (value === null ? unknown : value === 0 ? "not seen" : percent(value, 3));
