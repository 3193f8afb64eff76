import type { UseQueryResult } from "@tanstack/react-query";
import type { ReverseStress, Snapshot } from "@/shared/api/get-snapshot";
import { fixed, percent } from "@/shared/format/numbers";
import { DataTable } from "@/shared/ui/DataTable";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";

const limitNames: Record<string, string> = { ltv: "LTV", reserve_ratio: "Reserve ratio", capital: "Capital" };

export function ReverseStressPanel({ snapshot }: { snapshot: UseQueryResult<Snapshot> }) {
  return (
    <Panel title="Reverse stress" span={6} note="the smallest fall that breaches a limit">
      <QueryState query={snapshot} lines={7} isEmpty={(data) => data.reverse_stress.length === 0}>
        {(data) => {
          const all = data.reverse_stress.find((r) => r.stablecoin === null);
          return (
            <>
              {all && <Notice tone={all.drop === null ? "good" : "info"}>{sentence(all)}</Notice>}
              <DataTable
                caption="The smallest fall of each coin that breaches a limit"
                rows={data.reverse_stress.filter((r) => r.stablecoin !== null).toSorted((a, b) => (a.drop ?? 2) - (b.drop ?? 2))}
                rowKey={(r) => r.stablecoin ?? ""}
                maxHeight={18}
                columns={[
                  { name: "Coin", cell: (r) => r.stablecoin },
                  { name: "Fall", numeric: true, cell: (r) => (r.drop === null ? "none does" : percent(r.drop)) },
                  { name: "To a peg ratio of", numeric: true, cell: (r) => fixed(r.peg_ratio, 4) },
                  { name: "Breaches", cell: (r) => limitsOf(r) },
                ]}
              />
            </>
          );
        }}
      </QueryState>
    </Panel>
  );
}

const limitsOf = (r: ReverseStress) => r.limits.map((limit) => limitNames[limit] ?? limit).join(", ") || "–";

function sentence(all: ReverseStress): string {
  if (all.drop === null) return "No fall of all coins at once breaches a limit.";
  if (all.drop === 0) return `Without any fall a limit is breached already: ${limitsOf(all)}.`;
  return `All coins at once may fall by less than ${percent(all.drop)} (to ${fixed(all.peg_ratio, 4)}) before a limit is breached: ${limitsOf(all)}.`;
}
