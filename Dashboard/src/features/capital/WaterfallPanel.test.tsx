import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, it } from "vitest";
import { Unreachable } from "@/shared/api/client";
import { riskLimitsQuery } from "@/shared/api/get-risk-limits";
import { snapshotsQuery } from "@/shared/api/get-snapshots";
import { tranchesQuery } from "@/shared/api/get-tranches";
import type { RiskLimits, SnapshotHistory, Tranches } from "@/shared/api/types";
import { WaterfallPanel } from "./WaterfallPanel";

const now = 1_697_564_800;
let queries: QueryClient;

beforeEach(() => {
  queries = new QueryClient({ defaultOptions: { queries: { retryOnMount: false } } });
  queries.setQueryData(tranchesQuery().queryKey, { tranches: [{ tranche_id: "SURE_EQT", total_capital_usd: 100 }] } as Tranches);
});

const shown = () => renderToStaticMarkup(<QueryClientProvider client={queries}><WaterfallPanel /></QueryClientProvider>);

it("says when the losses were measured, and that the book was an old one", () => {
  queries.setQueryData(snapshotsQuery("hour").queryKey, { points: [{ time: now, year_expected_loss_usd: 20 }] } as SnapshotHistory);
  queries.setQueryData(riskLimitsQuery().queryKey, { as_of: now - 301, timestamp: now } as RiskLimits);
  expect(shown()).toMatch(/losses as measured \d\d Oct, \d\d:46:40.*The book is of \d\d Oct, \d\d:41:39.*takes 20 % of Equity/);
});

it("says that losses are not known", async () => {
  await queries.query({ ...snapshotsQuery("hour"), queryFn: () => Promise.reject(new Unreachable(undefined)) }).catch(() => undefined);
  expect(shown()).toContain("Losses not known: The platform cannot be reached.");
});
