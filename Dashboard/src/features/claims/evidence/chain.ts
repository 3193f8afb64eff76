import { canonicalJson, type Json } from "./canonical-json";

/** A decision and its place in the chain of decisions, as the platform answers it. */
export interface EvidenceBundle {
  number: number;
  claim_id: string;
  previous_hash: string;
  hash: string;
  body: Json;
}

/** A link as everybody may see it. */
export interface ChainedHash {
  number: number;
  previous_hash: string;
  hash: string;
}

/** What stands for the decision before the first. */
export const genesis = "0".repeat(64);

/** Lowercase hex SHA-256 of the UTF-8 of `text`, by the browser's own cryptography. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hash of a decision: over that of the one before, an end of line, and its own canonical text. */
export const hashOf = (previousHash: string, body: Json) => sha256(`${previousHash}\n${canonicalJson(body)}`);

/** What a claim says of itself: its id, and the hash of its decision; null while it is pending. */
export interface DecidedClaim {
  readonly claim_id: string;
  readonly evidence_hash: string | null;
}

/** What one check found. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
  readonly detail: string;
}

/**
 * Takes everything about `bundle` anew that can be taken anew: its hash from its content, its place among the published hashes, and
 * that it is of the claim it is shown for: a sound decision of another claim says nothing of this one.
 *
 * @param claim the one that is shown
 * @param links of the published chain the decision and the one before it, and any others
 */
export async function checkBundle(bundle: EvidenceBundle, claim: DecidedClaim, links: readonly ChainedHash[]): Promise<Check[]> {
  const computed = await hashOf(bundle.previous_hash, bundle.body);
  const published = links.find((link) => link.number === bundle.number);
  const before = links.find((link) => link.number === bundle.number - 1);
  return [
    { name: "The hash is that of this content", holds: computed === bundle.hash, detail: computed },
    {
      name: "The same hash is published",
      holds: published?.hash === bundle.hash,
      detail: published ? published.hash : `The published chain has no decision ${bundle.number}.`,
    },
    bundle.number === 1
      ? { name: "It is the first and names none before it", holds: bundle.previous_hash === genesis, detail: bundle.previous_hash }
      : {
          name: `It is built on decision ${bundle.number - 1}`,
          holds: before?.hash === bundle.previous_hash,
          detail: before ? before.hash : `The published chain has no decision ${bundle.number - 1}.`,
        },
    { name: "It is the decision of this claim", holds: claimOf(bundle.body) === claim.claim_id && bundle.hash === claim.evidence_hash, detail: claim.claim_id },
  ];
}

/** The claim that a decision names in what its hash is over. */
const claimOf = (body: Json) => (typeof body === "object" && body !== null && "claim_id" in body ? body.claim_id : undefined);

/** What is wrong with a published chain, in sentences; none when every link follows from the one before. */
export function faultsOfChain(links: readonly ChainedHash[]): string[] {
  const faults: string[] = [];
  let before: ChainedHash = { number: 0, previous_hash: "", hash: genesis };
  for (const link of links) {
    if (link.number !== before.number + 1) faults.push(`Decision ${link.number} follows ${before.number === 0 ? "nothing" : `decision ${before.number}`}: one is missing or out of order.`);
    else if (link.previous_hash !== before.hash) faults.push(`Decision ${link.number} is not built on ${before.number === 0 ? "the beginning" : `decision ${before.number}`} as it is published.`);
    before = link;
  }

  return faults;
}
