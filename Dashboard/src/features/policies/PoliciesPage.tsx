import { useState } from "react";
import { Link } from "react-router";
import { usd } from "@/shared/format/numbers";
import { date } from "@/shared/format/times";
import { coverageName, plain } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { Page } from "@/shared/ui/Page";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { Toggle } from "@/shared/ui/Toggle";
import { usePolicies } from "./api/get-policies";

const statuses = ["all", "active", "triggered", "paid", "partially_paid", "expired"] as const;
type Status = (typeof statuses)[number];

export function PoliciesPage() {
  const [status, setStatus] = useState<Status>("all");
  const policies = usePolicies({ status: status === "all" ? undefined : status });
  return (
    <Page title="Policies" lead="What you hold; an operator sees everybody's.">
      <Panel
        title="Policies"
        flush
        actions={<Toggle label="Status" value={status} onChange={setStatus} options={statuses.map((value) => ({ value, name: plain(value) }))} />}
      >
        <QueryState
          query={policies}
          lines={10}
          isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
          empty={<StateMessage title="No policy" detail="Nothing here has this status." action={<Link to="/cover">Quote and buy</Link>} />}
        >
          {(data) => (
            <>
              <DataTable
                caption="Policies, newest first"
                rows={data.pages.flatMap((page) => page.items)}
                rowKey={(p) => p.policy_id}
                columns={[
                  { name: "Product", cell: (p) => <Link to={`/policies/${p.policy_id}`}>{coverageName(p.coverage_type)} · {p.chain} · {p.stablecoin}</Link>, sortBy: (p) => `${p.coverage_type} ${p.chain} ${p.stablecoin}` },
                  { name: "Status", cell: (p) => <Badge tone={toneOf(p.status)}>{plain(p.status)}</Badge>, sortBy: (p) => p.status },
                  { name: "Cover", numeric: true, cell: (p) => usd(p.coverage_amount), sortBy: (p) => p.coverage_amount },
                  { name: "Premium", numeric: true, cell: (p) => usd(p.premium), sortBy: (p) => p.premium },
                  { name: "Starts", numeric: true, cell: (p) => date(p.starts_at), sortBy: (p) => p.starts_at },
                  { name: "Ends", numeric: true, cell: (p) => date(p.ends_at), sortBy: (p) => p.ends_at },
                  { name: "Holder", cell: (p) => p.holder, sortBy: (p) => p.holder },
                ]}
              />
              {policies.hasNextPage && (
                <StateMessage title={`${data.pages.reduce((n, page) => n + page.items.length, 0)} shown`} action={<Button busy={policies.isFetchingNextPage} onClick={() => void policies.fetchNextPage()}>Show more</Button>} />
              )}
            </>
          )}
        </QueryState>
      </Panel>
    </Page>
  );
}
