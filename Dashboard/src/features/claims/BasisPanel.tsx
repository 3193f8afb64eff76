import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { LineChart } from "@/shared/charts/LineChart";
import { usd } from "@/shared/format/numbers";
import { dateTime } from "@/shared/format/times";
import { bridgeName, coverageName, plain } from "@/shared/format/words";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Facts } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import type { EvidenceBundle } from "./evidence/chain";
import { type DecisionPoint, type DecisionRecord, readDecision } from "./evidence/decision";
import styles from "./BasisPanel.module.css";

/** What the decision rests on: the rule and its numbers, the points that prove it, the arithmetic. */
export function BasisPanel({ evidence }: { evidence: UseQueryResult<EvidenceBundle> }) {
  return (
    <Panel title="What it rests on" note="exactly what was hashed">
      <QueryState query={evidence} lines={8}>
        {(bundle) => {
          const record = readDecision(bundle.body);
          return (
            <>
              {record ? <Basis record={record} /> : <StateMessage title="A kind of evidence that this page does not know" detail="Its hash is checked all the same." />}
              <details className={styles.raw}>
                <summary>The evidence as it is kept</summary>
                {/* It scrolls, so it must be reachable with the keyboard. */}
                {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
                <pre tabIndex={0}>{JSON.stringify(bundle.body, null, 2)}</pre>
              </details>
            </>
          );
        }}
      </QueryState>
    </Panel>
  );
}

function Basis({ record }: { record: DecisionRecord }) {
  return (
    <>
      <div className={styles.columns}>
        <Facts
          rows={[
            ["Cover", `${coverageName(record.policy.coverage_type)} · ${record.policy.chain} · ${record.policy.stablecoin}`],
            ["Covered amount", usd(Number(record.policy.coverage_amount))],
            ["Covered from", dateTime(record.period.starts_at)],
            ["To", dateTime(record.period.ends_at)],
          ]}
        />
        <Facts rows={[["Rule", plain(record.rule.name)], ...Object.entries(record.rule.parameters).map(([name, value]) => [plain(name), value] as const)]} />
      </div>
      {record.decision.arithmetic !== null && (
        <p className={styles.arithmetic}>
          <b>Arithmetic</b> <code>{record.decision.arithmetic}</code>
        </p>
      )}
      {record.points.length > 0 && <Points record={record} />}
      {record.exploits.length > 0 && (
        <DataTable
          caption="Exploits that were looked at"
          rows={record.exploits}
          rowKey={(e) => `${e.bridge_id} ${e.detected_at}`}
          columns={[
            { name: "Bridge", cell: (e) => bridgeName(e.bridge_id) },
            { name: "Detected", cell: (e) => dateTime(e.detected_at) },
            { name: "Confirmed", cell: (e) => (e.confirmed_at === null ? "not" : dateTime(e.confirmed_at)) },
            { name: "Why", cell: (e) => e.reason },
          ]}
        />
      )}
      {record.incidents.length > 0 && (
        <DataTable
          caption="Incidents that were looked at"
          rows={record.incidents}
          rowKey={(i) => `${i.chain} ${i.occurred_at}`}
          columns={[
            { name: "Where", cell: (i) => `${i.chain}${i.stablecoin === null ? "" : ` · ${i.stablecoin}`}` },
            { name: "Occurred", cell: (i) => dateTime(i.occurred_at) },
            { name: "Pays", numeric: true, cell: (i) => i.loss_fraction },
            { name: "Recorded by", cell: (i) => i.recorded_by },
            { name: "Confirmed by", cell: (i) => i.decided_by ?? "nobody" },
            { name: "Evidence", cell: (i) => i.evidence_url },
          ]}
        />
      )}
    </>
  );
}

const levelNames: readonly (readonly [parameter: string, label: string, color: string])[] = [
  ["trigger_price", "Trigger", "critical"],
  ["floor_price", "Floor", "warning"],
];

function Points({ record }: { record: DecisionRecord }) {
  const { x, lines, levels, marks } = useMemo(() => {
    const times = record.points.map((p) => p.at);
    return {
      x: times,
      lines: [
        { label: "Peg ratio", values: record.points.map((p) => figure(p.peg_ratio)), color: "series-1", stepped: true },
        { label: "Agreement of sources", values: record.points.map((p) => figure(p.consensus)), color: "series-4", dashed: true, stepped: true, hidden: record.rule.name !== "oracle" },
      ].filter((line) => line.hidden !== true),
      levels: levelNames.flatMap(([parameter, label, color]) => {
        const value = record.rule.parameters[parameter];
        return value === undefined ? [] : [{ value: Number(value), label, color }];
      }),
      marks: record.decision.triggered_at === null ? [] : [{ x: record.decision.triggered_at, label: "Trigger met", color: "critical" }],
    };
  }, [record]);
  return (
    <>
      {/* A single point is no course. */}
      {x.length > 1 && <LineChart title="The points it rests on" x={x} lines={lines} levels={levels} marks={marks} format={(v) => v.toFixed(4)} unit="Peg ratio" height={230} />}
      <DataTable
        caption="Points it rests on, in order"
        rows={record.points}
        rowKey={(p) => String(p.sequence)}
        maxHeight={16}
        columns={[
          { name: "No.", numeric: true, cell: (p) => p.sequence },
          { name: "At", cell: (p) => dateTime(p.at) },
          { name: "Peg ratio", numeric: true, cell: (p) => p.peg_ratio ?? "–" },
          { name: "Agreement", numeric: true, cell: (p) => p.consensus ?? "–" },
          { name: "Sources", cell: (p) => sourcesOf(p) },
        ]}
      />
    </>
  );
}

const figure = (text: string | null) => (text === null ? null : Number(text));

const sourcesOf = (point: DecisionPoint) => point.sources.map((s) => `${s.source} ${s.peg_ratio ?? "–"}${s.live ? "" : " (too old)"}`).join(", ");
