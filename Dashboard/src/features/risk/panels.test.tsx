import { QueryClient, QueryClientProvider, QueryObserver } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, it, vi } from "vitest";
import { Unreachable } from "@/shared/api/client";
import { exposureQuery } from "@/shared/api/get-exposure";
import { riskLimitsQuery } from "@/shared/api/get-risk-limits";
import { type Snapshot, snapshotQuery } from "@/shared/api/get-snapshot";
import type { Exposure } from "@/shared/api/types";
import { modelCheckQuery } from "./api/get-model-check";
import { ExposureBy, ExposurePanel } from "./ExposurePanel";
import { LimitsPanel } from "./LimitsPanel";
import { LossPanel } from "./LossPanel";
import { ModelCheckPanel } from "./ModelCheckPanel";
import { StressPanel } from "./StressPanel";

// Drawn in a browser only.
vi.mock("@/shared/charts/LineChart", () => ({ LineChart: () => null }));

const now = 1_697_564_800;
let queries: QueryClient;

beforeEach(() => {
  queries = new QueryClient();
});

/** What the panels show of a book of `asOf` that was measured now. */
function shown(asOf: number): string[] {
  const times = { as_of: asOf, timestamp: now };
  queries.setQueryData(riskLimitsQuery().queryKey, { limits: [], ...times });
  queries.setQueryData(exposureQuery().queryKey, { total_policies: 0, ...times } as Exposure);
  queries.setQueryData(snapshotQuery().queryKey, { horizons: [], scenarios: 10, seed: 1, ...times } as Partial<Snapshot> as Snapshot);
  const snapshot = new QueryObserver(queries, snapshotQuery()).getCurrentResult();
  return [<LossPanel key="loss" snapshot={snapshot} days={1} />, <LimitsPanel key="limits" />, <ExposurePanel key="exposure" snapshot={snapshot} />].map((panel) =>
    renderToStaticMarkup(<QueryClientProvider client={queries}>{panel}</QueryClientProvider>),
  );
}

it("says of which time the book is, whenever it was measured", () => {
  for (const panel of shown(now - 300)) {
    expect(panel).toMatch(/(book|as) of \d\d Oct, \d\d:41:40/);
    expect(panel).not.toContain("The book is of");
  }
});

it("says that the book is an old one", () => {
  for (const panel of shown(now - 301)) expect(panel).toMatch(/The book is of \d\d Oct, \d\d:41:39/);
});

it("says that the groups are not known where only the measurement failed", async () => {
  const exposure = { by_chain: [{ chain: "Base", exposure_usd: 1_000 }] } as Partial<Exposure> as Exposure;
  await queries.query({ ...snapshotQuery(), retry: false, queryFn: () => Promise.reject(new Unreachable(undefined)) }).catch(() => undefined);
  const by = (dimension: "chain" | "group") => {
    const snapshot = new QueryObserver(queries, { ...snapshotQuery(), enabled: false }).getCurrentResult();
    return renderToStaticMarkup(<QueryClientProvider client={queries}><ExposureBy dimension={dimension} exposure={exposure} snapshot={snapshot} /></QueryClientProvider>);
  };
  expect(by("group")).toContain("The platform cannot be reached.");
  expect(by("chain")).toContain("Base");
  queries.setQueryData(snapshotQuery().queryKey, { total_capital_usd: 4_000, correlated_exposure: [{ stablecoins: ["USDC", "DAI"], exposure_usd: 1_000, of_capital: 0.25 }] } as Partial<Snapshot> as Snapshot);
  expect(by("group")).toContain("USDC + DAI · 25.0 % of capital");
  queries.setQueryData(snapshotQuery().queryKey, { total_capital_usd: 4_000, correlated_exposure: [] as Snapshot["correlated_exposure"] } as Snapshot);
  expect(by("group")).toContain("No group");
});

const drawn = (panel: ReactNode) => renderToStaticMarkup(<QueryClientProvider client={queries}>{panel}</QueryClientProvider>);

it("shows of each limit what is beyond it first: that there is no capital", () => {
  const share = (subject: string, current_value: number | null) => ({ alert_type: "Concentration_High" as const, subject, current_value, high_limit: 0.25, critical_limit: 0.3, severity: null });
  queries.setQueryData(riskLimitsQuery().queryKey, { limits: [share("DAI", 0.31), share("USDC", null), share("GHO", 0.5)], as_of: now, timestamp: now });
  const panel = drawn(<LimitsPanel />);
  expect(panel).toMatch(/Largest share of a stablecoin: USDC.*no capital/);
  expect(panel).toContain('aria-valuetext="no capital, past the limit “Critical”"');
  expect(panel).not.toMatch(/DAI|GHO/);
});

it.each([
  // Of 250 days at 1 %: LR = −2 ln(0.99^250) = 5.025, p = 0.025 for none; for seven LR = 5.497, p = 0.019; for two 0.108, p = 0.742.
  [0, 5.025, 0.025, "2.5 %: less often than forecast"],
  [7, 5.497, 0.019, "1.9 %: more often than forecast"],
  [2, 0.108, 0.742, "74.2 %: agrees with the forecast"],
])("says of %i exceptions whether they came too often or too seldom", (exceptions, likelihood_ratio, p_value, said) => {
  queries.setQueryData(modelCheckQuery().queryKey, { days: 250, exceptions, expected_exceptions: 2.5, likelihood_ratio, p_value, traffic_light: "green", exception_days: [], from: null, to: null });
  expect(drawn(<ModelCheckPanel />)).toContain(said);
});

it("says of a scenario that it leaves no capital", () => {
  const loss = { scenario: "usdc_svb", loss_usd: 4_000, claims_usd: 9_000, uncovered_usd: 5_000, ltv_after: null, reserve_ratio_after: 1 };
  queries.setQueryData(snapshotQuery().queryKey, { total_capital_usd: 4_000, stress: [loss] } as Partial<Snapshot> as Snapshot);
  const panel = drawn(<StressPanel snapshot={new QueryObserver(queries, snapshotQuery()).getCurrentResult()} />);
  // In LTV and in reserves after it.
  expect(panel.match(/<td[^>]*>no capital left<\/td>/g)).toHaveLength(2);
});
