import { useBridges } from "@/shared/api/get-bridges";
import { change, fixed, shortUsd } from "@/shared/format/numbers";
import { bridgeName } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { DataTable } from "@/shared/ui/DataTable";
import { OldBridges } from "@/shared/ui/OldBridges";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";

const shown = 5;

export function WorstBridges() {
  const bridges = useBridges();
  return (
    <Panel title="Weakest bridges" span={6} flush note="by health score; nothing known comes first">
      <OldBridges of={bridges.data} />
      <QueryState query={bridges} lines={5} isEmpty={(data) => data.bridges.length === 0}>
        {(data) => (
          <DataTable
            caption="The bridges with the lowest health scores"
            rows={data.bridges.toSorted((a, b) => (a.health_score ?? -1) - (b.health_score ?? -1) || (a.tvl_drawdown_pct ?? 0) - (b.tvl_drawdown_pct ?? 0)).slice(0, shown)}
            rowKey={(b) => b.bridge_id}
            columns={[
              { name: "Bridge", cell: (b) => bridgeName(b.bridge_id) },
              { name: "Status", cell: (b) => <Badge tone={b.exploit_detected ? "critical" : toneOf(b.health_status)}>{b.exploit_detected ? "Exploit detected" : b.health_status}</Badge> },
              { name: "Score", numeric: true, cell: (b) => fixed(b.health_score, 2) },
              { name: "Value locked", numeric: true, cell: (b) => shortUsd(b.tvl_usd) },
              { name: "Drawdown", numeric: true, cell: (b) => change(b.tvl_drawdown_pct, 1) },
            ]}
          />
        )}
      </QueryState>
    </Panel>
  );
}
