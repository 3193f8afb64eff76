import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, it } from "vitest";
import { Unreachable } from "@/shared/api/client";
import { type Snapshot, snapshotQuery } from "@/shared/api/get-snapshot";
import { tranchesQuery } from "@/shared/api/get-tranches";
import type { Tranches } from "@/shared/api/types";
import { WaterfallPanel } from "./WaterfallPanel";

const now = 1_697_564_800;
let queries: QueryClient;

beforeEach(() => {
  queries = new QueryClient({ defaultOptions: { queries: { retryOnMount: false } } });
  queries.setQueryData(tranchesQuery().queryKey, { tranches: [{ tranche_id: "SURE_EQT", total_capital_usd: 100 }] } as Tranches);
});

const shown = () => renderToStaticMarkup(<QueryClientProvider client={queries}><WaterfallPanel /></QueryClientProvider>);

const measured = (snapshot: object) => queries.setQueryData(snapshotQuery().queryKey, { as_of: now, timestamp: now, horizons: [], worst_stress: null, ...snapshot } as object as Snapshot);

it("says when the losses were measured, and that the book was an old one", () => {
  const figure = (value: number) => ({ value, standard_error: 0 });
  measured({ as_of: now - 301, horizons: [{ days: 365, expected_loss: figure(20), var_99: figure(40), cvar_99: figure(60) }] });
  expect(shown()).toMatch(/losses as measured \d\d Oct, \d\d:46:40.*The book is of \d\d Oct, \d\d:41:39.*takes 20 % of Equity.*takes 40 % of Equity.*takes 60 % of Equity/);
});

it("takes of all tranches alike what the worst scenario takes of deployed capital, and claims of the most junior first", () => {
  queries.setQueryData(tranchesQuery().queryKey, { tranches: [{ tranche_id: "SURE_SNR", total_capital_usd: 900 }, { tranche_id: "SURE_EQT", total_capital_usd: 100 }] } as Tranches);
  measured({ worst_stress: { scenario: "crypto-crash", loss_usd: 600, claims_usd: 0 } });
  expect(shown()).toMatch(/Worst stress scenario.*\$600.*takes 60 % of Equity, 60 % of Senior/);
  // 10 % of each leaves 90 and 810; of 135 of claims the first bears 90, the other 45: 90 + 45 of 900 are 15 %.
  measured({ worst_stress: { scenario: "both", loss_usd: 235, claims_usd: 135 } });
  expect(shown()).toMatch(/\$235.*takes 100 % of Equity, 15 % of Senior/);
  // 10 % more makes 110 and 990; 55 of claims are half of the first, which then has 55 of 100.
  measured({ worst_stress: { scenario: "gain", loss_usd: -45, claims_usd: 55 } });
  expect(shown()).toMatch(/−\$45.*takes 45 % of Equity; adds 10 % to Senior/);
});

it("says that losses are not known", async () => {
  await queries.query({ ...snapshotQuery(), queryFn: () => Promise.reject(new Unreachable(undefined)) }).catch(() => undefined);
  expect(shown()).toContain("Losses not known: The platform cannot be reached.");
});
