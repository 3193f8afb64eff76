import { MutationObserver, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError, Unreachable } from "@/shared/api/client";
import { identityQuery } from "@/shared/api/get-identity";
import { setKey } from "@/shared/session/session";
import { type Incident, type IncidentRequest, incidentsQuery, recordMutation, type useRecordIncident } from "./api/incidents";
import { IncidentForm } from "./IncidentForm";

/** What became of the attempt of the form. */
let attempt: Partial<ReturnType<typeof useRecordIncident>>;
vi.mock("./api/incidents", async (actual) => ({ ...(await actual<object>()), useRecordIncident: () => attempt }));

let queries: QueryClient;
const request: IncidentRequest = { coverage_type: "smart_contract", chain: "Polygon", stablecoin: "crvUSD", occurred_at: 1_697_564_800, evidence_url: "https://example.org/report", loss_fraction: 0.25 };

beforeEach(() => {
  queries = new QueryClient();
});

afterEach(() => {
  vi.unstubAllGlobals();
  setKey(null);
});

it("has the list read anew whether the answer came or was lost", async () => {
  const list = incidentsQuery(true).queryKey;
  const isOld = () => queries.getQueryState(list)?.isInvalidated;
  for (const answer of [() => Promise.reject(new TypeError("Failed to fetch")), () => Promise.resolve(new Response("{}", { status: 201 }))]) {
    queries.setQueryData(list, { pages: [{ items: [] as Incident[], next_cursor: null }], pageParams: [null] });
    expect(isOld()).toBe(false);
    vi.stubGlobal("fetch", answer);
    await new MutationObserver(queries, recordMutation(queries)).mutate(request).catch(() => undefined);
    expect(isOld()).toBe(true);
  }
});

it("says after a lost answer that it may have been recorded, and not after a refusal", () => {
  setKey("sure_a_b");
  queries.setQueryData(identityQuery("sure_a_b").queryKey, { subject: "operator", admin: true });
  const after = (error: Error) => {
    attempt = { error, isError: true, isIdle: false, isSuccess: false, isPending: false };
    return renderToStaticMarkup(<QueryClientProvider client={queries}><IncidentForm /></QueryClientProvider>);
  };
  const said = "It may have been recorded all the same: look in the list before you press again.";
  expect(after(new Unreachable(undefined))).toContain(said);
  expect(after(new ApiError({ status: 503, error: "Not now." }, undefined))).toContain(said);
  expect(after(new ApiError({ status: 422, error: "No." }, undefined))).not.toContain(said);
});
