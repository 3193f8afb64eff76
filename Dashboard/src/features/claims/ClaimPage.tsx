import { Link, useParams } from "react-router";
import type { Claim } from "@/shared/api/types";
import { percent, usd } from "@/shared/format/numbers";
import { dateTime } from "@/shared/format/times";
import { plain } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { Page } from "@/shared/ui/Page";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Facts, Stat, Stats } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useClaim } from "./api/get-claims";
import { useEvidence } from "./api/get-evidence";
import { BasisPanel } from "./BasisPanel";
import { VerificationPanel } from "./VerificationPanel";

export function ClaimPage() {
  const id = useParams()["claimId"] ?? "";
  const claim = useClaim(id);
  const decided = claim.data?.evidence_hash != null ? claim.data : undefined;
  const evidence = useEvidence(id, decided !== undefined);
  return (
    <Page title="Claim" lead={claim.data?.reason ?? id} actions={<Link to="/claims">All claims</Link>}>
      <Panel title="Decision" span={decided ? 6 : 12}>
        <QueryState query={claim}>{(data) => <Decision claim={data} />}</QueryState>
      </Panel>
      {decided && <VerificationPanel claim={decided} evidence={evidence} />}
      {decided && <BasisPanel evidence={evidence} />}
    </Page>
  );
}

function Decision({ claim }: { claim: Claim }) {
  return (
    <>
      <Stats>
        <Stat label="Status" value={<Badge tone={toneOf(claim.status)}>{plain(claim.status)}</Badge>} />
        <Stat label="Payout" value={usd(claim.payout_usd)} note={claim.payout_fraction === null ? undefined : `${percent(claim.payout_fraction)} of the cover`} />
        <Stat label="Shortfall" value={usd(claim.shortfall_usd)} note={claim.shortfall_usd !== null && claim.shortfall_usd > 0 ? "no tranche could bear it" : undefined} />
      </Stats>
      {claim.status === "pending" && <StateMessage title="Not decided yet" detail={claim.reason} />}
      <Facts
        rows={[
          ["Trigger met", dateTime(claim.triggered_at)],
          ["Filed", dateTime(claim.filed_at)],
          ["Decided", dateTime(claim.decided_at)],
          ["Paid", dateTime(claim.paid_at)],
          ["Policy", <Link key="policy" to={`/policies/${claim.policy_id}`}>{claim.policy_id}</Link>],
          ["Claim", <code key="claim">{claim.claim_id}</code>],
        ]}
      />
    </>
  );
}
