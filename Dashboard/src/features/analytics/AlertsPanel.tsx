import { useMemo } from "react";
import { LineChart } from "@/shared/charts/LineChart";
import { count } from "@/shared/format/numbers";
import { plain } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Stat, Stats } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type AlertPoint, useStatistics, type Wanted } from "./api/get-statistics";
import { CsvButton } from "./CsvButton";
import { total } from "./totals";

export function AlertsPanel({ wanted }: { wanted: Wanted }) {
  const alerts = useStatistics("alerts", wanted);
  return (
    <Panel title={`Alerts per ${wanted.interval}`} span={6} note="of the book and of bridges" actions={<CsvButton name="alerts" wanted={wanted} />}>
      <QueryState query={alerts} lines={8}>
        {(data) => (
          <>
            <Stats>
              <Stat label="Raised" value={count(total(data.points, (p) => p.raised))} />
              <Stat label="Escalated" value={count(total(data.points, (p) => p.escalated))} />
              <Stat label="Cleared" value={count(total(data.points, (p) => p.cleared))} />
              <Stat label="Critical" value={count(total(data.points, (p) => p.raised_critical))} />
            </Stats>
            {total(data.points, (p) => p.raised) === 0 ? <StateMessage title="No alert was raised in this span" /> : <Bars points={data.points} interval={wanted.interval} />}
            {data.frequencies.length > 0 && (
              <DataTable
                caption="How often each kind of alert was raised"
                rows={data.frequencies}
                rowKey={(f) => `${f.source} ${f.alert_type} ${f.severity}`}
                maxHeight={12}
                columns={[
                  { name: "Kind", cell: (f) => plain(f.alert_type), sortBy: (f) => f.alert_type },
                  { name: "Of", cell: (f) => plain(f.source) },
                  { name: "Severity", cell: (f) => <Badge tone={toneOf(f.severity)}>{f.severity}</Badge> },
                  { name: "Raised", numeric: true, cell: (f) => count(f.raised), sortBy: (f) => f.raised },
                  { name: "Cleared", numeric: true, cell: (f) => count(f.cleared), sortBy: (f) => f.cleared },
                ]}
              />
            )}
          </>
        )}
      </QueryState>
    </Panel>
  );
}

function Bars({ points, interval }: { points: readonly AlertPoint[]; interval: string }) {
  const x = useMemo(() => points.map((p) => p.time), [points]);
  const lines = useMemo(
    () => [
      { label: "Raised", values: points.map((p) => p.raised), color: "series-4", bars: true },
      { label: "of them critical", values: points.map((p) => p.raised_critical), color: "series-6", bars: true },
    ],
    [points],
  );
  return <LineChart title={`Alerts raised per ${interval}`} x={x} lines={lines} format={count} unit="Alerts" height={180} />;
}
