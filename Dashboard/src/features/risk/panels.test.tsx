import { QueryClient, QueryClientProvider, QueryObserver } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, it, vi } from "vitest";
import { Unreachable } from "@/shared/api/client";
import { exposureQuery } from "@/shared/api/get-exposure";
import { riskLimitsQuery } from "@/shared/api/get-risk-limits";
import { type Snapshot, snapshotQuery } from "@/shared/api/get-snapshot";
import type { Exposure } from "@/shared/api/types";
import { ExposureBy, ExposurePanel } from "./ExposurePanel";
import { LimitsPanel } from "./LimitsPanel";
import { LossPanel } from "./LossPanel";

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
