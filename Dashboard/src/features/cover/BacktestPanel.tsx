import { useMemo, useState } from "react";
import type { Backtest, BacktestRequest, Terms } from "@/shared/api/types";
import { type Level, LineChart } from "@/shared/charts/LineChart";
import { percent, usd } from "@/shared/format/numbers";
import { dateMinute, duration } from "@/shared/format/times";
import { Badge } from "@/shared/ui/Badge";
import { SelectField } from "@/shared/ui/Field";
import { Panel } from "@/shared/ui/Panel";
import { QueryState, Skeleton } from "@/shared/ui/QueryState";
import { Facts } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useSettled } from "@/shared/ui/use-settled";
import { useEvents } from "./api/get-events";
import { useBacktest } from "./api/post-backtest";
import { type PricedEvent, pricedEvents } from "./events";
import type { Choice } from "./HeatMap";
import { isComplete, levelsOf } from "./terms";

export function BacktestPanel({ choice, terms, amount }: { choice: Choice; terms: Terms | null; amount: number }) {
  const events = useEvents();
  const priced = pricedEvents(events.data?.events ?? []);
  const [picked, setPicked] = useState<string>();
  const event = priced.find((e) => e.name === picked) ?? priced.find((e) => e.stablecoin === choice.stablecoin) ?? priced[0];
  const testable = choice.coverage_type === "depeg" || choice.coverage_type === "cex_liquidation";
  const [request, isPresent] = useSettled(
    testable && event && isComplete(terms) ? ({ coverage_type: choice.coverage_type, stablecoin: event.stablecoin, event: event.name, ...(terms && { terms }) } satisfies BacktestRequest) : null,
  );
  const backtest = useBacktest(request);
  return (
    <Panel title="What these terms would have paid" span={7}>
      {!testable ? (
        <StateMessage title="Not decided by a price" detail={whyNot[choice.coverage_type] ?? "This cover is not decided by the price of the coin, so there is no price line to test it on."} />
      ) : (
        <QueryState query={events}>
          {() => (
            <>
              <SelectField label="Event" value={event?.name ?? ""} onChange={(e) => setPicked(e.target.value)} options={priced.map((e) => ({ value: e.name, name: `${e.stablecoin} · ${dateMinute(e.from)} · ${e.name}` }))} hint={event?.description} />
              {!isComplete(terms) ? (
                <StateMessage title="The terms are not complete" detail="With a trigger, a floor and a dwell time it is seen what they would have paid." />
              ) : event && (isPresent ? (
                // Never the outcome of other terms or of another event than those that are chosen.
                <QueryState query={backtest} lines={9}>
                  {(data) => <Outcome backtest={data} event={event} levels={levelsOf(choice.coverage_type, terms)} amount={amount} />}
                </QueryState>
              ) : <Skeleton lines={9} />)}
            </>
          )}
        </QueryState>
      )}
    </Panel>
  );
}

const whyNot: Record<string, string> = {
  bridge: "Bridge cover pays in full when an exploit on a bridge of the chain is confirmed.",
  oracle: "Oracle cover pays in full when at least three live sources contradict each other for an hour, whichever one is left out.",
  smart_contract: "Smart-contract cover pays the loss fraction of an incident that one operator records and another confirms.",
};

function Outcome({ backtest, event, levels, amount }: { backtest: Backtest; event: PricedEvent; levels: readonly Level[]; amount: number }) {
  const x = useMemo(() => backtest.points.map((p) => p.time), [backtest]);
  const lines = useMemo(() => [{ label: `${event.stablecoin} peg ratio`, values: backtest.points.map((p) => p.peg_ratio), color: "series-1", stepped: true }], [backtest, event]);
  const { run_started_at: from, triggered_at: at } = backtest;
  const fraction = backtest.payout_fraction ?? 0;
  return (
    <>
      <LineChart
        title={`${event.name}: peg ratio with trigger and floor`}
        x={x}
        lines={lines}
        format={(v) => v.toFixed(3)}
        unit="Peg ratio"
        levels={levels}
        spans={backtest.triggered && from !== null && at !== null ? [{ from, to: at, color: "warning" }] : []}
        marks={at === null ? [] : [{ x: at, label: "triggered", color: "critical" }]}
        height={260}
      />
      <Facts
        rows={[
          ["Outcome", <Badge key="outcome" tone={backtest.triggered ? "warning" : "good"}>{backtest.triggered ? "Would have paid" : "Would not have paid"}</Badge>],
          ...(backtest.triggered
            ? ([
                ["Payout", `${usd(fraction * amount)} – ${percent(fraction)} of ${usd(amount)}`],
                ["Fell to the trigger", dateMinute(from)],
                ["Triggered", `${dateMinute(at)}${from !== null && at !== null && at > from ? `, after ${duration(at - from)}` : ""}`],
              ] as const)
            : []),
          ["Why", backtest.reason],
          ["Record", `${event.source} Confidence: ${event.confidence}.`],
        ]}
      />
    </>
  );
}
