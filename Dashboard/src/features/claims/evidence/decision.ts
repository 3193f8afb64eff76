import type { Json } from "./canonical-json";

/** The record of a decision as the platform keeps it as evidence: figures that must be exact are text, times are Unix seconds. */
export interface DecisionRecord {
  decided_at: number;
  policy: { coverage_type: string; chain: string; stablecoin: string; coverage_amount: string };
  rule: { name: string; parameters: Record<string, string> };
  period: { starts_at: number; ends_at: number };
  points: DecisionPoint[];
  exploits: { bridge_id: string; detected_at: number; confirmed_at: number | null; reason: string }[];
  incidents: { chain: string; stablecoin: string | null; occurred_at: number; loss_fraction: string; recorded_by: string; decided_by: string | null; evidence_url: string }[];
  decision: { triggered: boolean; triggered_at: number | null; payout_fraction: string | null; payout_usd: string | null; reason: string; arithmetic: string | null };
}

export interface DecisionPoint {
  sequence: number;
  at: number;
  peg_ratio: string | null;
  consensus: string | null;
  sources: { source: string; peg_ratio: string | null; live: boolean }[];
}

/** The body of a bundle as a record; null where a newer platform keeps another kind of it. */
export function readDecision(body: Json): DecisionRecord | null {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return null;
  const record = body as unknown as Partial<DecisionRecord>;
  return record.policy && record.rule && record.decision && record.period && Array.isArray(record.points) && Array.isArray(record.exploits) && Array.isArray(record.incidents)
    ? (record as DecisionRecord)
    : null;
}
