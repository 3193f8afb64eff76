import { ShieldCheck } from "lucide-react";
import { useMemo, useState } from "react";
import { useIdentity } from "@/shared/api/get-identity";
import type { Bridge } from "@/shared/api/types";
import { LineChart, type Span } from "@/shared/charts/LineChart";
import { change, fixed, inPercent, percent, shortUsd, usd, wholeUsd } from "@/shared/format/numbers";
import { clockTime, dateMinute, dateTime, duration } from "@/shared/format/times";
import { bridgeName, plain } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { DataTable } from "@/shared/ui/DataTable";
import { Decision } from "@/shared/ui/Decision";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { Failure, QueryState } from "@/shared/ui/QueryState";
import { spanOptions, type SpanName } from "@/shared/ui/spans";
import { Facts, Stat, Stats } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { Toggle } from "@/shared/ui/Toggle";
import { type BridgeHistory, useBridgeHistory } from "./api/get-bridge-history";
import { useRuleExploit } from "./api/rule-exploit";
import { BridgeStatus } from "./BridgesTab";
import { disagreement } from "./disagreement";
import styles from "./BridgeDetail.module.css";

export function BridgeDetail({ bridge }: { bridge: Bridge }) {
  const [span, setSpan] = useState<SpanName>("day");
  const history = useBridgeHistory(bridge.bridge_id, span);
  return (
    <>
      <Panel
        title={bridgeName(bridge.bridge_id)}
        span={8}
        note={`${bridge.source_chain} → ${bridge.dest_chain} · value locked over time`}
        actions={<Toggle label="Span" value={span} onChange={setSpan} options={spanOptions} />}
      >
        <QueryState query={history} lines={8} isEmpty={(data) => data.points.length === 0} empty={<StateMessage title="Nothing is known of this span" />}>
          {/* What part of one course was looked at is none of the next. */}
          {(data) => <Course key={bridge.bridge_id} history={data} />}
        </QueryState>
      </Panel>
      <Panel title="State" span={4} note={`judged ${clockTime(bridge.last_updated)}`}>
        <Facts
          rows={[
            ["Status", <BridgeStatus key="status" bridge={bridge} />],
            ["Health score", fixed(bridge.health_score, 3)],
            ["Value locked", usd(bridge.tvl_usd)],
            ["Against an hour ago", change(bridge.tvl_change_pct)],
            ["Below the peak", change(bridge.tvl_drawdown_pct)],
            ["Agreement of sources", fixed(bridge.oracle_consensus, 1)],
            ["Transactions that succeed", percent(bridge.transaction_success_rate, 1)],
            ["Newest observation", bridge.data_age_seconds === null ? "none" : `${duration(bridge.data_age_seconds)} old`],
          ]}
        />
        {/* What was asked of one bridge is not asked of the next. */}
        <ExploitControl key={bridge.bridge_id} bridge={bridge} />
      </Panel>
      <Panel title="Sources" span={7} flush note="and how far each is from the median">
        <DataTable
          caption={`Sources of ${bridgeName(bridge.bridge_id)}`}
          rows={bridge.sources}
          rowKey={(s) => s.source}
          columns={[
            { name: "Source", cell: (s) => s.source },
            { name: "Counts", cell: (s) => <Badge tone={s.live ? "good" : "neutral"}>{s.live ? "Live" : "Too old"}</Badge> },
            { name: "Says", numeric: true, cell: (s) => wholeUsd(s.tvl_usd) },
            { name: "From the median", numeric: true, cell: (s) => change(scaled(disagreement(s.tvl_usd, bridge.tvl_usd)), 3) },
            { name: "Observed", cell: (s) => dateTime(s.observed_at) },
          ]}
        />
      </Panel>
      <Panel title="Alerts" span={5}>
        {bridge.active_alerts.length === 0 ? (
          <StateMessage tone="good" icon={<ShieldCheck size={20} aria-hidden />} title="No active alert on this bridge" />
        ) : (
          <ul className={styles.alerts}>
            {bridge.active_alerts.map((alert) => (
              <li key={alert.alert_id}>
                <p className={styles.head}>
                  <Badge tone={toneOf(alert.severity)}>{alert.severity}</Badge> <b>{plain(alert.alert_type)}</b> <time>{dateMinute(alert.timestamp)}</time>
                </p>
                <p>{alert.message}</p>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}

const scaled = (fraction: number | null) => (fraction === null ? null : fraction * 100);

function Course({ history }: { history: BridgeHistory }) {
  const x = useMemo(() => history.points.map((p) => p.time), [history]);
  const value = useMemo(() => [{ label: "Value locked", values: history.points.map((p) => p.tvl_usd), color: "series-1", filled: true }], [history]);
  const health = useMemo(
    () => [
      { label: "Health score", values: history.points.map((p) => p.health_score_min), color: "series-3", stepped: true },
      { label: "Agreement of sources", values: history.points.map((p) => p.oracle_consensus), color: "series-4", dashed: true, stepped: true },
    ],
    [history],
  );
  const spans = useMemo(() => exploitsOf(history), [history]);
  const lowest = history.points.reduce((least, p) => Math.min(least, p.tvl_drawdown_pct ?? 0), 0);
  return (
    <>
      <Stats>
        <Stat label="Now" value={shortUsd(history.points.at(-1)?.tvl_usd)} />
        <Stat label="Deepest drawdown in the span" value={inPercent(lowest, 1)} />
        <Stat label="Points" value={history.points.length} note={`one each ${duration(history.resolution_seconds)}`} />
      </Stats>
      <LineChart title="Value locked over time" x={x} lines={value} spans={spans} resolution={history.resolution_seconds} format={shortUsd} unit="USD" height={180} />
      <LineChart title="Health score and agreement of sources over time" x={x} lines={health} levels={levels} spans={spans} resolution={history.resolution_seconds} range={[0, 1.02]} format={(v) => v.toFixed(2)} unit="Score (0 … 1)" height={150} />
    </>
  );
}

/** Below them a bridge is called so: settings of the platform that no answer carries, so these are what they are unless set. */
const levels = [
  { value: 0.7, label: "Warning by default", color: "warning" },
  { value: 0.5, label: "Critical by default", color: "critical" },
] as const;

/** Spans of the history in which an exploit was detected. */
function exploitsOf(history: BridgeHistory): Span[] {
  const spans: Span[] = [];
  let from: number | undefined;
  for (const point of history.points) {
    if (point.exploit_detected) from ??= point.time;
    else if (from !== undefined) {
      spans.push({ from, to: point.time, color: "critical" });
      from = undefined;
    }
  }

  const last = history.points.at(-1);
  if (from !== undefined && last) spans.push({ from, to: last.time, color: "critical" });
  return spans;
}

/** For operators, and only while there is something to decide. */
function ExploitControl({ bridge }: { bridge: Bridge }) {
  const identity = useIdentity().data;
  const rule = useRuleExploit(bridge.bridge_id);
  if (!bridge.exploit_detected) return null;
  if (identity?.admin !== true) return <Notice tone="critical">{bridge.exploit_confirmed ? "The exploit is confirmed: bridge cover of its chains pays." : "An exploit is detected; an operator may confirm or clear it."}</Notice>;
  return (
    <>
      {rule.isError && <Failure error={rule.error} />}
      <div className={styles.actions}>
        {!bridge.exploit_confirmed && (
          <Decision ask="Confirm the exploit…" confirm="Confirm: it pays" busy={rule.isPending} onConfirm={() => rule.mutate("confirm")}>
            Confirming the exploit of <b>{bridgeName(bridge.bridge_id)}</b> makes every bridge policy of {bridge.source_chain} and {bridge.dest_chain} pay in full. It cannot be taken back.
          </Decision>
        )}
        <Decision ask="Clear the exploit…" confirm="Clear: it is none, or over" busy={rule.isPending} onConfirm={() => rule.mutate("clear")}>
          Clearing the exploit of <b>{bridgeName(bridge.bridge_id)}</b> ends it{!bridge.exploit_confirmed && <>: no bridge policy of {bridge.source_chain} and {bridge.dest_chain} is paid for it</>}. What the bridge has lost until now no longer counts against it. It cannot be taken back.
        </Decision>
      </div>
    </>
  );
}
