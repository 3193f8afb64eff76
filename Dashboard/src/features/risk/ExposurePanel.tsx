import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { useExposure } from "@/shared/api/get-exposure";
import type { Snapshot } from "@/shared/api/get-snapshot";
import type { Exposure } from "@/shared/api/types";
import { BarList } from "@/shared/charts/BarList";
import { percent, wholeUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { coverageName } from "@/shared/format/words";
import { OldBook } from "@/shared/ui/OldBook";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { Toggle } from "@/shared/ui/Toggle";

const dimensions = [
  { value: "coverage", name: "Type" },
  { value: "chain", name: "Chain" },
  { value: "coin", name: "Coin" },
  { value: "product", name: "Product" },
  { value: "group", name: "Group" },
] as const;

type Dimension = (typeof dimensions)[number]["value"];

/** Live active cover, and how much of the capital stands behind each part of it. */
export function ExposurePanel({ snapshot }: { snapshot: UseQueryResult<Snapshot> }) {
  const exposure = useExposure();
  const [dimension, setDimension] = useState<Dimension>("coverage");
  return (
    <Panel
      title="Exposure"
      span={6}
      note={exposure.data && `active cover, USD · as of ${clockTime(exposure.data.as_of)}`}
      actions={<Toggle label="Exposure by" value={dimension} onChange={setDimension} options={dimensions} />}
    >
      <OldBook of={exposure.data} />
      <QueryState
        query={exposure}
        lines={8}
        isEmpty={(data) => data.total_policies === 0}
        empty={<StateMessage title="Nothing is sold yet" detail="Cover appears here as soon as the first policy is bound." />}
      >
        {(data) => <ExposureBy dimension={dimension} exposure={data} snapshot={snapshot} />}
      </QueryState>
    </Panel>
  );
}

/** The groups are of the last measurement, which may be missing where the exposure itself is known. */
export function ExposureBy({ dimension, exposure, snapshot }: { dimension: Dimension; exposure: Exposure; snapshot: UseQueryResult<Snapshot> }) {
  if (dimension !== "group") return <Bars dimension={dimension} rows={rowsOf(dimension, exposure)} snapshot={snapshot} />;
  return (
    <QueryState query={snapshot} lines={8} isEmpty={(data) => data.correlated_exposure.length === 0} empty={<StateMessage title="No group" detail="The last measurement names no coins that tend to fail together." />}>
      {(data) => <Bars dimension={dimension} rows={groupsOf(data)} snapshot={snapshot} />}
    </QueryState>
  );
}

interface Row {
  key: string;
  name: string;
  value: number;
}

function Bars({ dimension, rows, snapshot }: { dimension: Dimension; rows: readonly Row[]; snapshot: UseQueryResult<Snapshot> }) {
  const capital = snapshot.data?.total_capital_usd ?? 0;
  return (
    <BarList
      label={`Exposure by ${dimensions.find((d) => d.value === dimension)?.name.toLowerCase() ?? dimension}`}
      format={wholeUsd}
      rows={rows.map((row) => ({ ...row, name: capital > 0 ? `${row.name} · ${percent(row.value / capital, 1)} of capital` : row.name }))}
    />
  );
}

const groupsOf = (snapshot: Snapshot): Row[] =>
  snapshot.correlated_exposure.map((e) => ({ key: e.stablecoins.join(), name: e.stablecoins.join(" + "), value: e.exposure_usd })).toSorted((a, b) => b.value - a.value);

function rowsOf(dimension: Exclude<Dimension, "group">, exposure: Exposure): Row[] {
  switch (dimension) {
    case "coverage":
      return exposure.by_coverage_type.map((e) => ({ key: e.coverage_type, name: coverageName(e.coverage_type), value: e.exposure_usd }));
    case "chain":
      return exposure.by_chain.map((e) => ({ key: e.chain, name: e.chain, value: e.exposure_usd }));
    case "coin":
      return exposure.by_stablecoin.map((e) => ({ key: e.stablecoin, name: e.stablecoin, value: e.exposure_usd }));
    case "product":
      return exposure.top_10_products.map((e) => ({
        key: `${e.coverage_type} ${e.chain} ${e.stablecoin}`,
        name: `${coverageName(e.coverage_type)} · ${e.chain} · ${e.stablecoin} (${e.policy_count})`,
        value: e.exposure_usd,
      }));
  }
}
