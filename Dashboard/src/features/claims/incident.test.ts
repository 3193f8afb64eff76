import { describe, expect, it } from "vitest";
import { type IncidentDraft, isWebAddress, readDraft } from "./incident";

const now = Date.UTC(2026, 0, 5, 12) / 1_000;
const draft: IncidentDraft = {
  coverageType: "smart_contract",
  chain: "Ethereum",
  stablecoin: "DAI",
  occurredAt: "2026-01-05T11:30:00Z",
  evidenceUrl: "https://example.org/post-mortem",
  lossPercent: "35.5",
};

describe("a draft", () => {
  it("becomes what the platform takes", () =>
    expect(readDraft(draft, now)).toEqual({
      request: { coverage_type: "smart_contract", chain: "Ethereum", stablecoin: "DAI", occurred_at: 1_767_612_600, evidence_url: draft.evidenceUrl, loss_fraction: 0.355 },
    }));

  it("leaves coin and fraction out for a bridge, which pays in full and concerns all coins", () =>
    expect(readDraft({ ...draft, coverageType: "bridge", chain: "Optimism", lossPercent: "" }, now)).toEqual({
      request: { coverage_type: "bridge", chain: "Optimism", occurred_at: 1_767_612_600, evidence_url: draft.evidenceUrl },
    }));

  it.each([["66.67", 0.6667], ["0.01", 0.0001], ["35.550", 0.3555], ["100.00", 1]])("keeps %s % as it was typed", (lossPercent, loss_fraction) =>
    expect(readDraft({ ...draft, lossPercent }, now)).toMatchObject({ request: { loss_fraction } }));

  it.each(["66.666", "0.004", "99.999"])("does not send %s % as another figure", (lossPercent) =>
    expect(readDraft({ ...draft, lossPercent }, now)).toEqual({ faults: { lossPercent: "At most two decimals." } }));

  it("keeps 7 % at 0.07", () => expect(readDraft({ ...draft, lossPercent: "7" }, now)).toMatchObject({ request: { loss_fraction: 0.07 } }));

  it.each<[Partial<IncidentDraft>, keyof IncidentDraft]>([
    [{ occurredAt: "" }, "occurredAt"],
    [{ occurredAt: "2026-01-05T12:00:01Z" }, "occurredAt"],
    [{ evidenceUrl: "javascript:alert(1)" }, "evidenceUrl"],
    [{ evidenceUrl: `https://example.org/${"a".repeat(256)}` }, "evidenceUrl"],
    [{ lossPercent: "0" }, "lossPercent"],
    [{ lossPercent: "100.1" }, "lossPercent"],
    [{ lossPercent: "" }, "lossPercent"],
    [{ lossPercent: "half" }, "lossPercent"],
  ])("with %j is at fault there", (change, field) => {
    const read = readDraft({ ...draft, ...change }, now);
    expect("faults" in read && Object.keys(read.faults)).toEqual([field]);
  });
});

it("knows an address of the web", () => {
  expect(isWebAddress("https://example.org")).toBe(true);
  expect(isWebAddress("ftp://example.org")).toBe(false);
  expect(isWebAddress("example.org")).toBe(false);
});
