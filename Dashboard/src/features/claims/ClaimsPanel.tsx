import { Gavel } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { percent, usd } from "@/shared/format/numbers";
import { dateMinute } from "@/shared/format/times";
import { plain } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { Toggle } from "@/shared/ui/Toggle";
import { useClaims } from "./api/get-claims";

const statuses = ["all", "pending", "triggered", "paid", "partially_paid", "refused"] as const;
type Status = (typeof statuses)[number];

export function ClaimsPanel() {
  const [status, setStatus] = useState<Status>("all");
  const claims = useClaims(status === "all" ? undefined : status);
  return (
    <Panel
      title="Claims"
      span={8}
      flush
      note="newest first; an operator sees everybody's"
      actions={<Toggle label="Status" value={status} onChange={setStatus} options={statuses.map((value) => ({ value, name: plain(value) }))} />}
    >
      <QueryState
        query={claims}
        lines={8}
        isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
        empty={<StateMessage icon={<Gavel size={20} aria-hidden />} title="No claim" detail={status === "all" ? "When a policy's trigger is met, its claim is decided here without anybody asking for it." : "None has this status."} />}
      >
        {(data) => (
          <>
            <DataTable
              caption="Claims, newest first"
              rows={data.pages.flatMap((page) => page.items)}
              rowKey={(c) => c.claim_id}
              maxHeight={30}
              columns={[
                { name: "Filed", cell: (c) => <Link to={`/claims/${c.claim_id}`}>{dateMinute(c.filed_at)}</Link>, sortBy: (c) => c.filed_at },
                { name: "Status", cell: (c) => <Badge tone={toneOf(c.status)}>{plain(c.status)}</Badge>, sortBy: (c) => c.status },
                { name: "Payout", numeric: true, cell: (c) => <b>{usd(c.payout_usd)}</b>, sortBy: (c) => c.payout_usd },
                { name: "Of the cover", numeric: true, cell: (c) => percent(c.payout_fraction), sortBy: (c) => c.payout_fraction },
                { name: "Shortfall", numeric: true, cell: (c) => usd(c.shortfall_usd), sortBy: (c) => c.shortfall_usd },
                { name: "Policy", cell: (c) => <Link to={`/policies/${c.policy_id}`}>…{c.policy_id.slice(-8)}</Link> },
                { name: "Why", cell: (c) => c.reason },
              ]}
            />
            {claims.hasNextPage && <StateMessage title="There are older ones" action={<Button busy={claims.isFetchingNextPage} onClick={() => void claims.fetchNextPage()}>Show more</Button>} />}
          </>
        )}
      </QueryState>
    </Panel>
  );
}
