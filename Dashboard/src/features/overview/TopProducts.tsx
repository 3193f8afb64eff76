import { useExposure } from "@/shared/api/get-exposure";
import { BarList } from "@/shared/charts/BarList";
import { wholeUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { coverageName } from "@/shared/format/words";
import { OldBook } from "@/shared/ui/OldBook";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";

const shown = 6;

export function TopProducts() {
  const exposure = useExposure();
  return (
    <Panel title="Largest products" span={6} note={`active cover, USD${exposure.data ? ` · as of ${clockTime(exposure.data.as_of)}` : ""}`}>
      <OldBook of={exposure.data} />
      <QueryState
        query={exposure}
        lines={6}
        isEmpty={(data) => data.top_10_products.length === 0}
        empty={<StateMessage title="Nothing is sold yet" detail="The first policy appears here as soon as it is bound." />}
      >
        {(data) => (
          <BarList
            label="Products with the most active cover"
            format={wholeUsd}
            rows={data.top_10_products.slice(0, shown).map((p) => ({
              key: `${p.coverage_type} ${p.chain} ${p.stablecoin}`,
              name: `${coverageName(p.coverage_type)} · ${p.chain} · ${p.stablecoin} (${p.policy_count})`,
              value: p.exposure_usd,
            }))}
          />
        )}
      </QueryState>
    </Panel>
  );
}
