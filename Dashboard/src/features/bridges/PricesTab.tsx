import { useMemo, useState } from "react";
import { usePrices } from "@/shared/api/get-prices";
import type { Price } from "@/shared/api/types";
import { LineChart } from "@/shared/charts/LineChart";
import { change, fixed, percent, unknown } from "@/shared/format/numbers";
import { clockTime, duration } from "@/shared/format/times";
import { Badge } from "@/shared/ui/Badge";
import { DataTable } from "@/shared/ui/DataTable";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { QueryState, Stale } from "@/shared/ui/QueryState";
import { RowButton } from "@/shared/ui/RowButton";
import { spanOptions, type SpanName } from "@/shared/ui/spans";
import { StateMessage } from "@/shared/ui/StateMessage";
import { Toggle } from "@/shared/ui/Toggle";
import { useFirst } from "@/shared/ui/use-first";
import { useDepegSales } from "./api/get-depeg-sales";
import { type PriceHistory, usePriceHistory } from "./api/get-price-history";
import { disagreement, spread } from "./disagreement";
import { defaultTrigger, pegState, whyNotSold } from "./peg";

export function PricesTab({ chosen, onChoose }: { chosen: string | null; onChoose: (coin: string) => void }) {
  const prices = usePrices();
  const sales = useDepegSales();
  const sorted = prices.data?.prices.toSorted((a, b) => (a.peg_ratio ?? 0) - (b.peg_ratio ?? 0));
  const first = useFirst(sorted?.[0]?.stablecoin);
  const shown = sorted?.find((p) => p.stablecoin === chosen) ?? sorted?.find((p) => p.stablecoin === first);
  return (
    <>
      <Panel title="Fourteen coins" flush note={sorted && `furthest below the peg first · as of ${clockTime(sorted[0]?.timestamp)}`}>
        <Stale query={sales} of="Sales" />
        <QueryState query={prices} lines={14} isEmpty={(data) => data.prices.length === 0}>
          {() => (
            <DataTable
              caption="Coins, the furthest below the peg first"
              rows={sorted ?? []}
              rowKey={(p) => p.stablecoin}
              columns={[
                { name: "Coin", cell: (p) => <RowButton chosen={p === shown} onClick={() => onChoose(p.stablecoin)}>{p.stablecoin}</RowButton>, sortBy: (p) => p.stablecoin },
                { name: "State", cell: (p) => <PegState price={p} /> },
                { name: "Depeg cover", cell: (p) => <Sales why={whyNotSold(sales.data, p.stablecoin)} /> },
                { name: "Peg ratio", numeric: true, cell: (p) => <b>{fixed(p.peg_ratio, 4)}</b>, sortBy: (p) => p.peg_ratio },
                { name: "From the peg", numeric: true, cell: (p) => change(p.peg_ratio === null ? null : (p.peg_ratio - 1) * 100, 2), sortBy: (p) => p.peg_ratio },
                { name: "Price (USD)", numeric: true, cell: (p) => fixed(p.price, 4), sortBy: (p) => p.price },
                { name: "Reference", numeric: true, cell: (p) => fixed(p.reference, 4) },
                { name: "Sources", numeric: true, cell: (p) => `${p.live_sources} of ${p.sources.length}`, sortBy: (p) => p.live_sources },
                { name: "Spread", numeric: true, cell: (p) => percent(spreadOf(p), 3), sortBy: spreadOf },
                { name: "Consensus", numeric: true, cell: (p) => fixed(p.consensus, 1), sortBy: (p) => p.consensus },
                { name: "Age", numeric: true, cell: (p) => duration(p.data_age_seconds), sortBy: (p) => p.data_age_seconds },
              ]}
            />
          )}
        </QueryState>
      </Panel>
      {shown && <CoinPanel price={shown} why={whyNotSold(sales.data, shown.stablecoin)} />}
    </>
  );
}

const spreadOf = (price: Price) => spread(price.sources.filter((s) => s.live).map((s) => s.price));

function PegState({ price }: { price: Price }) {
  const [tone, word] = pegState(price.peg_ratio);
  return <Badge tone={tone}>{word}</Badge>;
}

function Sales({ why }: { why: string | null | undefined }) {
  if (why === undefined) return unknown;
  return why === null ? <Badge tone="good">Sold</Badge> : <Badge tone="warning">No sales</Badge>;
}

/** @param props.why no depeg cover of the coin is sold, where none is */
function CoinPanel({ price, why }: { price: Price; why: string | null | undefined }) {
  const [span, setSpan] = useState<SpanName>("day");
  const history = usePriceHistory(price.stablecoin, span);
  return (
    <>
      <Panel title={price.stablecoin} span={7} note="peg ratio over time" actions={<Toggle label="Span" value={span} onChange={setSpan} options={spanOptions} />}>
        {why != null && <Notice tone="warning"><b>No depeg cover is sold on it.</b> {why}</Notice>}
        <QueryState query={history} lines={8} isEmpty={(data) => data.points.length === 0} empty={<StateMessage title="Nothing is known of this span" />}>
          {/* What part of one line was looked at is none of the next. */}
          {(data) => <PegLine key={price.stablecoin} history={data} />}
        </QueryState>
      </Panel>
      <Panel title={`Sources of ${price.stablecoin}`} span={5} flush note="and how far each is from the median">
        <DataTable
          caption={`Sources of the price of ${price.stablecoin}`}
          rows={price.sources}
          rowKey={(s) => s.source}
          columns={[
            { name: "Source", cell: (s) => s.source },
            { name: "Counts", cell: (s) => <Badge tone={s.live ? "good" : "neutral"}>{s.live ? "Live" : "Too old"}</Badge> },
            { name: "Price (USD)", numeric: true, cell: (s) => fixed(s.price, 5) },
            { name: "Distance", numeric: true, cell: (s) => change(scaled(disagreement(s.price, price.price)), 3) },
            { name: "Observed", cell: (s) => clockTime(s.observed_at) },
          ]}
        />
      </Panel>
    </>
  );
}

const scaled = (fraction: number | null) => (fraction === null ? null : fraction * 100);

function PegLine({ history }: { history: PriceHistory }) {
  const x = useMemo(() => history.points.map((p) => p.time), [history]);
  const lines = useMemo(
    () => [
      { label: "Peg ratio", values: history.points.map((p) => p.peg_ratio), color: "series-1", stepped: true },
      { label: "Lowest", values: history.points.map((p) => p.peg_ratio_min), color: "series-6", width: 1, stepped: true },
      { label: "Highest", values: history.points.map((p) => p.peg_ratio_max), color: "series-2", width: 1, stepped: true },
    ],
    [history],
  );
  // The trigger is in sight where the price is near it; otherwise it would flatten everything else.
  const lowest = Math.min(...history.points.map((p) => p.peg_ratio_min ?? 1));
  const levels = useMemo(
    () => [
      { value: 1, label: "Peg", color: "text-muted" },
      ...(lowest < 0.99 ? [{ value: defaultTrigger, label: "Default trigger", color: "critical" }] : []),
    ],
    [lowest],
  );
  return <LineChart title={`Peg ratio of ${history.stablecoin} over time`} x={x} lines={lines} levels={levels} format={(v) => v.toFixed(4)} unit="Peg ratio" resolution={history.resolution_seconds} height={230} />;
}
