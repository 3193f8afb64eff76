import type { UseQueryResult } from "@tanstack/react-query";
import type { Snapshot } from "@/shared/api/get-snapshot";
import { fixed } from "@/shared/format/numbers";
import { Badge, type Tone } from "@/shared/ui/Badge";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Facts } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";

const tones: Record<string, Tone> = { Low: "good", Medium: "caution", High: "warning" };

export function CorrelationPanel({ snapshot }: { snapshot: UseQueryResult<Snapshot> }) {
  return (
    <Panel title="Correlation of coins" span={6} note="hourly returns of peg ratios, 30 days">
      <QueryState query={snapshot} lines={6}>
        {({ correlation }) => (
          <>
            <Facts
              rows={[
                ["Regime", <Badge key="regime" tone={tones[correlation.regime] ?? "neutral"}>{correlation.regime}</Badge>],
                ["Mean of the absolute coefficients", fixed(correlation.mean_absolute, 3)],
              ]}
            />
            {correlation.pairs.length === 0 ? (
              <StateMessage title="Too little history for a pair" detail="A pair counts from 48 shared hours on; until then the regime is taken as Medium." />
            ) : (
              <DataTable
                caption="Pairs of coins, the most correlated first"
                rows={correlation.pairs.toSorted((a, b) => Math.abs(b.coefficient) - Math.abs(a.coefficient))}
                rowKey={(p) => `${p.first} ${p.second}`}
                maxHeight={14}
                columns={[
                  { name: "Pair", cell: (p) => `${p.first} · ${p.second}` },
                  { name: "Coefficient", numeric: true, cell: (p) => fixed(p.coefficient, 3), sortBy: (p) => p.coefficient },
                  { name: "Shared hours", numeric: true, cell: (p) => p.shared_returns, sortBy: (p) => p.shared_returns },
                ]}
              />
            )}
          </>
        )}
      </QueryState>
    </Panel>
  );
}
