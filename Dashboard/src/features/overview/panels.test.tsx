import { QueryClient, QueryClientProvider, type QueryKey } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, it } from "vitest";
import { Unreachable } from "@/shared/api/client";
import { bridgesQuery } from "@/shared/api/get-bridges";
import { exposureQuery } from "@/shared/api/get-exposure";
import { poolQuery } from "@/shared/api/get-pool";
import { riskAlertsQuery } from "@/shared/api/get-risk-alerts";
import { riskLimitsQuery } from "@/shared/api/get-risk-limits";
import { ActiveAlerts } from "./ActiveAlerts";
import { PoolPanel } from "./PoolPanel";
import { TopProducts } from "./TopProducts";
import { WorstBridges } from "./WorstBridges";

let queries: QueryClient;

beforeEach(() => {
  queries = new QueryClient({ defaultOptions: { queries: { retry: false, retryOnMount: false } } });
});

const knows = (key: QueryKey, answer: object) => queries.setQueryData(key, answer);
const fails = (key: QueryKey) => queries.query({ queryKey: key, queryFn: () => Promise.reject(new Unreachable(undefined)) }).catch(() => undefined);
const shown = (panel: ReactNode) => renderToStaticMarkup(<QueryClientProvider client={queries}>{panel}</QueryClientProvider>);

const now = 1_697_564_800;
const limits = (asOf: number) => ({
  limits: [
    { alert_type: "LTV_Breach", subject: "", current_value: 0.6, high_limit: 0.75, critical_limit: 0.8, severity: null },
    { alert_type: "Reserve_Low", subject: "", current_value: 0.5, high_limit: 0.3, critical_limit: 0.2, severity: null },
  ],
  as_of: asOf,
  timestamp: now,
});

/** Two bridges are known, one of them as it was at a time. */
const judged = (last_updated: number | null) => knows(bridgesQuery().queryKey, {
  bridges: [{ ...bridge, bridge_id: "wormhole_eth_ton", last_updated: now }, { ...bridge, last_updated }],
  timestamp: now,
});
const bridge = { bridge_id: "multichain_eth_ton", health_score: 0.95, health_status: "Healthy", tvl_usd: 1_000, tvl_drawdown_pct: 0, exploit_detected: false, active_alerts: [] };

describe("active alerts", () => {
  beforeEach(() => {
    knows(riskAlertsQuery().queryKey, { alerts: [], total_alerts: 0, critical_count: 0, timestamp: now });
    judged(now);
  });

  it("are none where the book was measured, and lately", () => {
    knows(riskLimitsQuery().queryKey, limits(now - 300));
    expect(shown(<ActiveAlerts />)).toContain("No active alert");
    expect(shown(<ActiveAlerts />)).not.toContain("The book is of");
  });

  it("are not none where the book was never measured", async () => {
    expect(shown(<ActiveAlerts />)).not.toContain("No active alert");
    await fails(riskLimitsQuery().queryKey);
    expect(shown(<ActiveAlerts />)).toContain("Limits not known: The platform cannot be reached.");
    expect(shown(<ActiveAlerts />)).not.toContain("No active alert");
  });

  it("are not none where the book is an old one", () => {
    knows(riskLimitsQuery().queryKey, limits(now - 301));
    expect(shown(<ActiveAlerts />)).toMatch(/The book is of \d\d Oct, \d\d:41:39/);
    expect(shown(<ActiveAlerts />)).not.toContain("No active alert");
  });
});

describe("bridges", () => {
  beforeEach(() => {
    knows(riskAlertsQuery().queryKey, { alerts: [], total_alerts: 0, critical_count: 0, timestamp: now });
    knows(riskLimitsQuery().queryKey, limits(now));
  });

  it("that were judged lately have no alert", () => {
    judged(now - 300);
    expect(shown(<ActiveAlerts />)).toContain("No active alert");
    for (const panel of [<ActiveAlerts key="alerts" />, <WorstBridges key="bridges" />]) expect(shown(panel)).not.toMatch(/judged/);
  });

  it.each([
    [now - 301, /A bridge was last judged at \d\d Oct, \d\d:41:39/],
    [null, /Not every bridge has been judged/],
  ])("of which one was last judged at %s may have one", (at, said) => {
    judged(at);
    expect(shown(<ActiveAlerts />)).not.toContain("No active alert");
    for (const panel of [<ActiveAlerts key="alerts" />, <WorstBridges key="bridges" />]) expect(shown(panel)).toMatch(said);
  });
});

describe("the pool", () => {
  const tones = () => [...shown(<PoolPanel />).matchAll(/class="\S*bar\S*" data-tone="(\w+)"/g)].map((match) => match[1]);
  const pool = (ltv: number | null) => knows(poolQuery().queryKey, { ltv, reserve_ratio: 0.5, circuit_breaker: { open: false }, timestamp: now });

  it("is in order inside its limits", () => {
    pool(0.6);
    knows(riskLimitsQuery().queryKey, limits(now));
    expect(tones()).toEqual(["good", "good"]);
  });

  it("is as far out of order as the platform's own limits say", () => {
    knows(riskLimitsQuery().queryKey, limits(now));
    pool(0.75);
    expect(tones()).toEqual(["warning", "good"]);
    pool(0.8);
    expect(tones()).toEqual(["critical", "good"]);
  });

  it("is neither in order nor out of it where its limits are not known", async () => {
    pool(0.78);
    await fails(riskLimitsQuery().queryKey);
    expect(shown(<PoolPanel />)).toContain("Limits not known: The platform cannot be reached.");
    expect(tones()).toEqual(["neutral", "neutral"]);
    // Where sales stop is a setting of the platform that no answer carries.
    pool(0.85);
    expect(tones()).toEqual(["neutral", "neutral"]);
    expect(shown(<PoolPanel />)).not.toContain("Sales stop");
  });

  it("is beyond every limit with cover and no capital", async () => {
    pool(null);
    knows(riskLimitsQuery().queryKey, limits(now));
    expect(tones()).toEqual(["critical", "good"]);
    expect(shown(<PoolPanel />)).toContain('aria-valuetext="no capital, past the limit “Critical”"');
    queries.removeQueries({ queryKey: riskLimitsQuery().queryKey });
    await fails(riskLimitsQuery().queryKey);
    expect(tones()).toEqual(["critical", "neutral"]);
  });
});

it("says of which time the largest products are", () => {
  knows(exposureQuery().queryKey, { top_10_products: [], as_of: now - 301, timestamp: now });
  expect(shown(<TopProducts />)).toMatch(/as of \d\d Oct, \d\d:41:39.*The book is of \d\d Oct/);
});
