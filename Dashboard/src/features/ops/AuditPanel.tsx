import { dateTime } from "@/shared/format/times";
import { plain } from "@/shared/format/words";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { ForOperators } from "@/shared/ui/ForOperators";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useAudit } from "./api/get-audit";
import styles from "./AuditPanel.module.css";

export function AuditPanel() {
  return (
    <Panel title="Security events and audit trail" flush note="what was done by hand and by the platform itself, newest first">
      <ForOperators what="The audit trail">
        <Trail />
      </ForOperators>
    </Panel>
  );
}

function Trail() {
  const audit = useAudit();
  return (
    <QueryState
      query={audit}
      lines={6}
      isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
      empty={<StateMessage title="Nothing has been done yet" detail="Keys made or revoked, refused callers, limits hit, incidents, exploits and the breaker are kept here." />}
    >
      {(data) => (
        <>
          <DataTable
            caption="Audit trail, newest first"
            rows={data.pages.flatMap((page) => page.items)}
            rowKey={(r) => r.audit_id}
            maxHeight={32}
            columns={[
              { name: "When", cell: (r) => dateTime(r.at), sortBy: (r) => r.at },
              { name: "Who", cell: (r) => r.actor, sortBy: (r) => r.actor },
              { name: "What", cell: (r) => <b>{plain(r.action)}</b>, sortBy: (r) => r.action },
              { name: "Where", cell: (r) => r.service ?? "utilizationservice", sortBy: (r) => r.service ?? "" },
              { name: "On what", cell: (r) => <code className={styles.detail}>{JSON.stringify(r.detail)}</code> },
            ]}
          />
          {audit.hasNextPage && <StateMessage title="There is more" action={<Button busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>Show more</Button>} />}
        </>
      )}
    </QueryState>
  );
}
