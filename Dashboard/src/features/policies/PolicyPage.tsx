import { type MouseEvent, useRef } from "react";
import { Link, useParams } from "react-router";
import type { Claim, Policy } from "@/shared/api/types";
import { BarList } from "@/shared/charts/BarList";
import { percent, usd } from "@/shared/format/numbers";
import { dateTime, duration } from "@/shared/format/times";
import { coverageName, plain, trancheName } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { isDeliberate } from "@/shared/ui/deliberate";
import { Page } from "@/shared/ui/Page";
import { Panel } from "@/shared/ui/Panel";
import { Failure, QueryState } from "@/shared/ui/QueryState";
import { Facts, Stat, Stats } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useNow } from "@/shared/ui/use-now";
import { usePolicy } from "./api/get-policy";
import { usePolicyClaims } from "./api/get-policy-claims";
import { useFileClaim } from "./api/post-claim";
import { Life } from "./Life";
import { termsOf } from "./terms";

const order = ["SURE_EQT", "SURE_JNR_PLUS", "SURE_JNR", "SURE_MEZZ", "SURE_SNR", "SURE_BTC"];

export function PolicyPage() {
  const id = useParams()["policyId"] ?? "";
  const policy = usePolicy(id);
  const p = policy.data;
  return (
    <Page
      title="Policy"
      lead={p ? `${coverageName(p.coverage_type)} · ${p.chain} · ${p.stablecoin}, held by ${p.holder}` : id}
      actions={<Link to="/policies">All policies</Link>}
    >
      <Panel title="Life" span={8}>
        <QueryState query={policy}>{(data) => <PolicyLife policy={data} />}</QueryState>
      </Panel>
      <Panel title="Terms" span={4}>
        <QueryState query={policy}>{(data) => <PolicyTerms policy={data} />}</QueryState>
      </Panel>
      <Panel title="Claims and evidence" span={8}>
        <QueryState query={policy}>{(data) => <Claims policy={data} />}</QueryState>
      </Panel>
      <Panel title="Who carries it" span={4} note="by tranche, first loss first">
        <QueryState query={policy}>
          {(data) => (
            <BarList
              label="Tranches that carry this policy"
              format={usd}
              rows={order.flatMap((tranche, i) => (data.attribution[tranche] === undefined ? [] : [{ key: tranche, name: trancheName(tranche), value: data.attribution[tranche], color: `series-${6 - i}` }]))}
            />
          )}
        </QueryState>
      </Panel>
    </Page>
  );
}

function PolicyLife({ policy }: { policy: Policy }) {
  const isActive = policy.status === "active";
  const now = useNow(isActive);
  const length = policy.ends_at - policy.starts_at;
  return (
    <>
      <Stats>
        <Stat label="Status" value={<Badge tone={toneOf(policy.status)}>{plain(policy.status)}</Badge>} />
        <Stat label="Cover" value={usd(policy.coverage_amount)} />
        <Stat label="Premium" value={usd(policy.premium)} note={`${usd(policy.premium_earned)} earned so far`} />
        <Stat label={isActive ? "Ends in" : "Term"} value={isActive ? duration(policy.ends_at - now) : duration(length)} />
      </Stats>
      <Life policy={policy} now={now} />
    </>
  );
}

function PolicyTerms({ policy }: { policy: Policy }) {
  return (
    <Facts
      rows={[
        ...termsOf(policy),
        ["Starts", dateTime(policy.starts_at)],
        ["Ends", dateTime(policy.ends_at)],
        ["Policy", <code key="policy">{policy.policy_id}</code>],
        ["Product", <code key="product" title={policy.product_hash}>{policy.product_hash.slice(0, 18)}…</code>],
      ]}
    />
  );
}

function Claims({ policy }: { policy: Policy }) {
  const claims = usePolicyClaims(policy.policy_id);
  const file = useFileClaim();
  // The rest of a double click asks for no second decision: one is made as often as it is asked for.
  const doneAt = useRef(-Infinity);
  const ask = (event: MouseEvent) => {
    if (isDeliberate(doneAt.current, event.timeStamp)) file.mutate(policy.policy_id, { onSettled: () => { doneAt.current = performance.now(); } });
  };
  return (
    <>
      <QueryState
        query={claims}
        isEmpty={(data) => data.items.length === 0 && file.data === undefined}
        empty={<StateMessage title="No claim" detail="The trigger watch decides by itself from recorded points. You can also ask for a decision; it follows the same rules and says why." />}
      >
        {(data) => data.items.map((claim) => <ClaimSummary key={claim.claim_id} claim={claim} />)}
      </QueryState>
      {/* The same one before and after the first claim: it keeps the focus. */}
      {claims.data && policy.status === "active" && <div><Button busy={file.isPending} onClick={ask}>Ask for a decision</Button></div>}
      {file.isError && <Failure error={file.error} />}
    </>
  );
}

function ClaimSummary({ claim }: { claim: Claim }) {
  return (
    <Facts
      rows={[
        ["Decision", <Badge key="status" tone={toneOf(claim.status)}>{plain(claim.status)}</Badge>],
        ["Why", claim.reason],
        ...(claim.triggered_at === null ? [] : [["Triggered", dateTime(claim.triggered_at)] as const]),
        ...(claim.payout_usd === null ? [] : [["Payout", `${usd(claim.payout_usd)} – ${percent(claim.payout_fraction)} of the cover${claim.shortfall_usd !== null && claim.shortfall_usd > 0 ? `; ${usd(claim.shortfall_usd)} short` : ""}`] as const]),
        ["Decided", dateTime(claim.decided_at)],
        ["Evidence", <Link key="evidence" to={`/claims/${claim.claim_id}`}>{claim.evidence_hash === null ? "The claim" : <code>{claim.evidence_hash.slice(0, 18)}…</code>}</Link>],
      ]}
    />
  );
}
