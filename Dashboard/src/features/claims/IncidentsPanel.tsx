import { Siren } from "lucide-react";
import { useState } from "react";
import { useIdentity } from "@/shared/api/get-identity";
import { percent } from "@/shared/format/numbers";
import { dateMinute, dateTime } from "@/shared/format/times";
import { coverageName, plain } from "@/shared/format/words";
import { Badge, type Tone } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { Decision } from "@/shared/ui/Decision";
import { Dialog } from "@/shared/ui/Dialog";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { Failure, QueryState } from "@/shared/ui/QueryState";
import { RowButton } from "@/shared/ui/RowButton";
import { Facts } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type Incident, useDecideIncident, useIncidents } from "./api/incidents";
import { isWebAddress } from "./incident";
import styles from "./IncidentForm.module.css";

const tones: Record<Incident["status"], Tone> = { open: "warning", confirmed: "critical", dismissed: "neutral" };

/** Recorded by one operator, confirmed by another: four eyes. */
export function IncidentsPanel() {
  const incidents = useIncidents();
  const [open, setOpen] = useState<string>();
  const shown = incidents.data?.pages.flatMap((page) => page.items).find((i) => i.incident_id === open);
  return (
    <Panel title="Incidents" span={8} flush note="recorded by one operator, confirmed by another">
      <QueryState
        query={incidents}
        lines={5}
        isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
        empty={<StateMessage icon={<Siren size={20} aria-hidden />} title="No incident" detail="A failed smart contract, or a bridge that no monitor sees, is recorded by an operator." />}
      >
        {(data) => (
          <>
            <DataTable
              caption="Incidents, newest first"
              rows={data.pages.flatMap((page) => page.items)}
              rowKey={(i) => i.incident_id}
              maxHeight={24}
              columns={[
                { name: "What", cell: (i) => <RowButton onClick={() => setOpen(i.incident_id)}>{whatOf(i)}</RowButton> },
                { name: "Status", cell: (i) => <Badge tone={tones[i.status]}>{plain(i.status)}</Badge>, sortBy: (i) => i.status },
                { name: "Occurred", cell: (i) => dateMinute(i.occurred_at), sortBy: (i) => i.occurred_at },
                { name: "Pays", numeric: true, cell: (i) => percent(i.loss_fraction, 2), sortBy: (i) => i.loss_fraction },
                { name: "Recorded by", cell: (i) => i.recorded_by },
                { name: "Decided by", cell: (i) => i.decided_by ?? "–" },
              ]}
            />
            {incidents.hasNextPage && <StateMessage title="There are older ones" action={<Button busy={incidents.isFetchingNextPage} onClick={() => void incidents.fetchNextPage()}>Show more</Button>} />}
          </>
        )}
      </QueryState>
      <Dialog title={shown ? whatOf(shown) : ""} open={shown !== undefined} onClose={() => setOpen(undefined)}>
        {shown && <IncidentDetail incident={shown} />}
      </Dialog>
    </Panel>
  );
}

const whatOf = (incident: Incident) => [coverageName(incident.coverage_type), incident.chain, incident.stablecoin].filter((part) => part !== null).join(" · ");

function IncidentDetail({ incident }: { incident: Incident }) {
  return (
    <>
      <Facts
        rows={[
          ["Status", <Badge key="status" tone={tones[incident.status]}>{plain(incident.status)}</Badge>],
          ["Occurred", dateTime(incident.occurred_at)],
          ["Policies pay", `${percent(incident.loss_fraction, 2)} of their cover`],
          // Operators type the address in; the platform takes http and https only, and so does this page.
          ["Evidence", isWebAddress(incident.evidence_url) ? <a key="evidence" href={incident.evidence_url} rel="noreferrer noopener" target="_blank">{incident.evidence_url}</a> : incident.evidence_url],
          ["Recorded", `${dateTime(incident.recorded_at)} by ${incident.recorded_by}`],
          ...(incident.decided_at === null ? [] : [["Decided", `${dateTime(incident.decided_at)} by ${incident.decided_by ?? "–"}`] as const]),
        ]}
      />
      {incident.status === "open" && <Decide incident={incident} />}
    </>
  );
}

function Decide({ incident }: { incident: Incident }) {
  const identity = useIdentity().data;
  const decide = useDecideIncident();
  if (identity?.admin !== true) return null;
  const own = identity.subject === incident.recorded_by;
  return (
    <>
      {own && <Notice tone="info">You recorded it, so another operator must confirm it. You may dismiss it.</Notice>}
      <div className={styles.actions}>
        {!own && (
          <Decision ask="Confirm it…" confirm="Confirm: policies pay" busy={decide.isPending} onConfirm={() => decide.mutate({ id: incident.incident_id, decision: "confirm" })}>
            Policies in force then pay {percent(incident.loss_fraction, 2)} of their cover. It cannot be taken back.
          </Decision>
        )}
        <Decision ask="Dismiss it…" confirm="Dismiss: sales go on" busy={decide.isPending} onConfirm={() => decide.mutate({ id: incident.incident_id, decision: "dismiss" })}>
          No policy is then paid for it, and what it stopped is sold again. It cannot be taken back: it would have to be recorded anew.
        </Decision>
      </div>
      {decide.isError && <Failure error={decide.error} />}
    </>
  );
}
