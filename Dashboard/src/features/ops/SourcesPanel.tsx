import { useState } from "react";
import { count, percent } from "@/shared/format/numbers";
import { clockTime, dateTime, duration } from "@/shared/format/times";
import { bridgeName, plain } from "@/shared/format/words";
import { Badge } from "@/shared/ui/Badge";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { RowButton } from "@/shared/ui/RowButton";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type Source, useSources } from "./api/get-sources";
import { qualityOf } from "./quality";

export function SourcesPanel() {
  const sources = useSources();
  const [chosen, setChosen] = useState<string>();
  const shown = sources.data?.sources.find((s) => s.source === chosen);
  return (
    <>
      <Panel title="Sources" flush note={sources.data && `over the last ${duration(sources.data.window_seconds)}; the worst series stands for each · as of ${clockTime(sources.data.timestamp)}`}>
        <QueryState
          query={sources}
          lines={5}
          isEmpty={(data) => data.sources.length === 0}
          empty={<StateMessage title="No source has said anything" detail="Prices and bridge values come from keepers, from adapters, or from the simulated market." />}
        >
          {(data) => (
            <DataTable
              caption="Quality of the sources"
              rows={data.sources.map(qualityOf)}
              rowKey={(q) => q.source}
              columns={[
                { name: "Source", cell: (q) => <RowButton chosen={q.source === chosen} onClick={() => setChosen(q.source === chosen ? undefined : q.source)}>{q.source}</RowButton>, sortBy: (q) => q.source },
                { name: "Counts", cell: (q) => <Badge tone={q.counts ? "good" : "neutral"}>{q.counts ? "Yes" : "No"}</Badge> },
                { name: "Live series", numeric: true, cell: (q) => `${q.live} of ${q.series}`, sortBy: (q) => q.live },
                { name: "Least time live", numeric: true, cell: (q) => percent(q.leastLiveShare, 1), sortBy: (q) => q.leastLiveShare },
                { name: "Gaps", numeric: true, cell: (q) => count(q.gaps), sortBy: (q) => q.gaps },
                { name: "Mean disagreement", numeric: true, cell: (q) => percent(q.meanDisagreement, 3), sortBy: (q) => q.meanDisagreement },
                { name: "Greatest", numeric: true, cell: (q) => percent(q.mostDisagreement, 3), sortBy: (q) => q.mostDisagreement },
                { name: "Oldest word", numeric: true, cell: (q) => duration(q.oldestSeconds), sortBy: (q) => q.oldestSeconds },
                { name: "Refused", numeric: true, cell: (q) => count(q.refused), sortBy: (q) => q.refused },
              ]}
            />
          )}
        </QueryState>
      </Panel>
      {shown && <SeriesPanel source={shown} />}
    </>
  );
}

function SeriesPanel({ source }: { source: Source }) {
  return (
    <Panel title={`Series of ${source.source}`} flush>
      <DataTable
        caption={`Series of ${source.source}`}
        rows={source.series}
        rowKey={(s) => `${s.kind} ${s.stablecoin ?? s.bridge_id ?? ""}`}
        maxHeight={26}
        columns={[
          { name: "Of", cell: (s) => s.stablecoin ?? (s.bridge_id === null ? "–" : bridgeName(s.bridge_id)), sortBy: (s) => s.stablecoin ?? s.bridge_id },
          { name: "Kind", cell: (s) => plain(s.kind), sortBy: (s) => s.kind },
          { name: "State", cell: (s) => <Badge tone={s.live ? "good" : "neutral"}>{s.live ? "Live" : "Too old"}</Badge> },
          { name: "Time live", numeric: true, cell: (s) => percent(s.live_share, 1), sortBy: (s) => s.live_share },
          { name: "Gaps", numeric: true, cell: (s) => count(s.gaps), sortBy: (s) => s.gaps },
          { name: "Mean disagreement", numeric: true, cell: (s) => percent(s.disagreement_mean, 3), sortBy: (s) => s.disagreement_mean },
          { name: "Greatest", numeric: true, cell: (s) => percent(s.disagreement_max, 3), sortBy: (s) => s.disagreement_max },
          { name: "Observed", cell: (s) => dateTime(s.observed_at) },
        ]}
      />
    </Panel>
  );
}
