import type { IncidentRequest } from "./api/incidents";

/** What the form holds, as typed. */
export interface IncidentDraft {
  coverageType: "smart_contract" | "bridge";
  chain: string;
  stablecoin: string;
  /** Of a field of type datetime-local: the reader's own time without a zone. */
  occurredAt: string;
  evidenceUrl: string;
  lossPercent: string;
}

const longestAddress = 256;

export function isWebAddress(text: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

export type DraftFaults = Partial<Record<keyof IncidentDraft, string>>;

/** The request that a draft makes, or what is wrong with it by field. The platform's own checks are the ones that count. */
export function readDraft(draft: IncidentDraft, now: number): { request: IncidentRequest } | { faults: DraftFaults } {
  const faults: DraftFaults = {};
  const occurredAt = Date.parse(draft.occurredAt) / 1_000;
  if (Number.isNaN(occurredAt)) faults.occurredAt = "Say when it happened.";
  else if (occurredAt > now) faults.occurredAt = "It cannot lie ahead.";
  if (!isWebAddress(draft.evidenceUrl) || draft.evidenceUrl.length > longestAddress) faults.evidenceUrl = `An http or https address of at most ${longestAddress} characters.`;
  const isContract = draft.coverageType === "smart_contract";
  const loss = draft.lossPercent.trim() === "" ? Number.NaN : Number(draft.lossPercent);
  // Cents of a per cent are enough; a division by 100 must not add digits of its own.
  const hundredths = Math.round(loss * 100);
  if (isContract && !(loss > 0 && loss <= 100)) faults.lossPercent = "Above 0 and at most 100 %.";
  // What policies pay is never other than what was typed.
  else if (isContract && hundredths / 100 !== loss) faults.lossPercent = "At most two decimals.";
  if (Object.keys(faults).length > 0) return { faults };
  return {
    request: {
      coverage_type: draft.coverageType,
      chain: draft.chain,
      occurred_at: occurredAt,
      evidence_url: draft.evidenceUrl,
      ...(isContract && { stablecoin: draft.stablecoin, loss_fraction: hundredths / 10_000 }),
    },
  };
}
