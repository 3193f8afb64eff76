import { count, percent, wholeUsd } from "@/shared/format/numbers";
import { coverageName } from "@/shared/format/words";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useStatistics, type Wanted } from "./api/get-statistics";
import { CsvButton } from "./CsvButton";
import { ratio } from "./totals";

export function TopProductsPanel({ wanted }: { wanted: Wanted }) {
  const top = useStatistics("top-products", wanted);
  return (
    <Panel title="Most requested" span={6} flush note="over the whole span" actions={<CsvButton name="top-products" wanted={wanted} />}>
      <QueryState
        query={top}
        lines={8}
        isEmpty={(data) => data.products.length === 0}
        empty={<StateMessage title="Nothing was quoted" detail="Products appear here with the first quote of the span." />}
      >
        {(data) => (
          <DataTable
            caption="The most requested products"
            rows={data.products}
            rowKey={(p) => `${p.coverage_type} ${p.chain} ${p.stablecoin}`}
            columns={[
              { name: "#", numeric: true, cell: (p) => p.rank },
              { name: "Product", cell: (p) => `${coverageName(p.coverage_type)} · ${p.chain} · ${p.stablecoin}` },
              { name: "Quotes", numeric: true, cell: (p) => <b>{count(p.quotes)}</b>, sortBy: (p) => p.quotes },
              { name: "Cover asked for", numeric: true, cell: (p) => wholeUsd(p.coverage_usd), sortBy: (p) => p.coverage_usd },
              { name: "Sold", numeric: true, cell: (p) => count(p.policies), sortBy: (p) => p.policies },
              { name: "Conversion", numeric: true, cell: (p) => percent(ratio(p.policies, p.quotes), 1), sortBy: (p) => ratio(p.policies, p.quotes) },
            ]}
          />
        )}
      </QueryState>
    </Panel>
  );
}
