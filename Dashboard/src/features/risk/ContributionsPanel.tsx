import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { Contribution, Contributions, Snapshot } from "@/shared/api/get-snapshot";
import { BarList } from "@/shared/charts/BarList";
import { percent, wholeUsd } from "@/shared/format/numbers";
import { coverageName } from "@/shared/format/words";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { Toggle } from "@/shared/ui/Toggle";
import { horizonName, horizonOf } from "./horizon";

const dimensions: readonly { value: keyof Contributions; name: string }[] = [
  { value: "coverage_type", name: "Type" },
  { value: "chain", name: "Chain" },
  { value: "stablecoin", name: "Coin" },
  { value: "product", name: "Product" },
];

/** Products are hundreds; beyond these they are added up. */
const shown = 14;

export function ContributionsPanel({ snapshot, days }: { snapshot: UseQueryResult<Snapshot>; days: number }) {
  const [dimension, setDimension] = useState<keyof Contributions>("coverage_type");
  return (
    <Panel
      title="What makes the CVaR"
      span={6}
      note={`share of CVaR 99 over ${horizonName(days)}, USD`}
      actions={<Toggle label="Contributions by" value={dimension} onChange={setDimension} options={dimensions} />}
    >
      <QueryState
        query={snapshot}
        lines={8}
        isEmpty={(data) => (horizonOf(data, days)?.contributions[dimension].length ?? 0) === 0}
        empty={<StateMessage title="Nothing contributes" detail="No scenario of this horizon loses anything." />}
      >
        {(data) => {
          const all = (horizonOf(data, days)?.contributions[dimension] ?? []).toSorted((a, b) => b.contribution_usd - a.contribution_usd);
          const total = all.reduce((sum, c) => sum + c.contribution_usd, 0);
          const rest = all.slice(shown);
          const rows = all.slice(0, shown).map((c) => ({ key: nameOf(c), name: nameOf(c), value: c.contribution_usd }));
          if (rest.length > 0) rows.push({ key: "rest", name: `${rest.length} others`, value: rest.reduce((sum, c) => sum + c.contribution_usd, 0) });
          return (
            <BarList
              label="Contributions to CVaR 99"
              format={wholeUsd}
              rows={rows.map((row) => ({ ...row, name: total > 0 ? `${row.name} · ${percent(row.value / total, 1)}` : row.name, color: row.key === "rest" ? "text-faint" : "series-5" }))}
            />
          );
        }}
      </QueryState>
    </Panel>
  );
}

const nameOf = ({ coverage_type: type, chain, stablecoin }: Contribution) =>
  [type === undefined ? undefined : coverageName(type), chain, stablecoin].filter((part) => part !== undefined).join(" · ");
