import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { BadgeCheck, CircleX, ShieldAlert, ShieldCheck } from "lucide-react";
import { saveText } from "@/shared/api/download";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useLinksOf } from "./api/get-evidence";
import { type ChainedHash, checkBundle, type DecidedClaim, type EvidenceBundle } from "./evidence/chain";
import styles from "./VerificationPanel.module.css";

/** The browser takes the hashes anew; the platform's word is not needed for it. */
export function VerificationPanel({ claim, evidence }: { claim: DecidedClaim; evidence: UseQueryResult<EvidenceBundle> }) {
  const bundle = evidence.data;
  // Asked for once the decision is known, so that the answer is never older than it.
  const links = useLinksOf(bundle?.number);
  return (
    <Panel
      title="Verification"
      span={6}
      note="computed by this browser"
      actions={bundle && <Button onClick={() => saveText(JSON.stringify(bundle, null, 2), `evidence-${bundle.number}.json`, "application/json")}>Keep the evidence</Button>}
    >
      <QueryState query={evidence} lines={5}>
        {(data) => <QueryState query={links} lines={5}>{(published) => <Checks bundle={data} claim={claim} links={published} />}</QueryState>}
      </QueryState>
    </Panel>
  );
}

function Checks({ bundle, claim: { claim_id, evidence_hash }, links }: { bundle: EvidenceBundle; claim: DecidedClaim; links: readonly ChainedHash[] }) {
  // Browsers have it on pages that came over TLS or from the same machine only.
  const canHash = typeof globalThis.crypto.subtle === "object";
  const checks = useQuery({
    // Of the content itself, not of the hash that it claims: one that was read anew and is another is checked anew.
    queryKey: ["claims", "checks", bundle, claim_id, evidence_hash, links.find((link) => link.number === bundle.number), links.find((link) => link.number === bundle.number - 1)],
    queryFn: () => checkBundle(bundle, { claim_id, evidence_hash }, links),
    enabled: canHash,
    staleTime: Infinity,
    retry: false,
  });
  if (!canHash) {
    return (
      <StateMessage
        icon={<ShieldAlert size={20} aria-hidden />}
        title="Nothing can be checked on this connection"
        detail="Browsers compute hashes only on pages that came over https. Keep the evidence and check it with “UtilizationService verify-evidence FILE”."
      />
    );
  }

  return (
    <QueryState query={checks} lines={4}>
      {(found) => {
        const sound = found.every((check) => check.holds);
        return (
          <>
            <Notice tone={sound ? "good" : "critical"} icon={sound ? <ShieldCheck size={16} aria-hidden /> : <ShieldAlert size={16} aria-hidden />} live>
              {sound ? <><b>Verified.</b> Decision {bundle.number} is what was decided then, and stands in the published chain.</> : <><b>Not verified.</b> What is shown here is not what the chain says.</>}
            </Notice>
            <ul className={styles.checks}>
              {found.map((check) => (
                <li key={check.name} data-holds={check.holds}>
                  {check.holds ? <BadgeCheck size={18} aria-hidden /> : <CircleX size={18} aria-hidden />}
                  <div>
                    <p>
                      {check.name}
                      <span className="visually-hidden">: {check.holds ? "yes" : "no"}</span>
                    </p>
                    <code>{check.detail}</code>
                  </div>
                </li>
              ))}
            </ul>
            <p className={styles.how}>SHA-256 over the hash before, an end of line, and the content as canonical JSON (RFC 8785).</p>
          </>
        );
      }}
    </QueryState>
  );
}
