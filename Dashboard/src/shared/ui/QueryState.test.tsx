import { type QueryObserverResult, QueryObserver, QueryClient } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, it } from "vitest";
import { ApiError, Unreachable } from "@/shared/api/client";
import { setKey } from "@/shared/session/session";
import { Failure, NeedsKey, QueryState, Stale } from "./QueryState";

/** What a page gets of a query that waits for something. */
const waiting = (): QueryObserverResult<number> => new QueryObserver(new QueryClient(), { queryKey: ["figure"], queryFn: () => 1, enabled: false }).getCurrentResult();
const shown = (query: QueryObserverResult<number>) => renderToStaticMarkup(<QueryState query={query}>{(figure) => <b>{figure}</b>}</QueryState>);

afterEach(() => setKey(null));

it("asks for a key where there is none", () => expect(shown(waiting())).toContain("A key is needed"));

it("has a refused key read out as any failure, and not that there is none", () => {
  const refused = renderToStaticMarkup(<Failure error={new ApiError({ status: 401, error: "No." }, undefined)} />);
  expect(refused).toMatch(/role="alert".*The key is not accepted/);
  expect(renderToStaticMarkup(<NeedsKey />)).not.toContain('role="alert"');
});

it("waits where there is a key", () => {
  setKey("sure_a_b");
  expect(shown(waiting())).toContain("Loading");
  expect(shown(waiting())).not.toContain("A key is needed");
});

it("shows old figures as old, and says what is not known", async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const failing = new QueryObserver<number>(queries, { queryKey: ["figure"], queryFn: () => Promise.reject(new Unreachable(undefined)) });
  const end = failing.subscribe(() => undefined);
  await failing.refetch();
  const failed = failing.getCurrentResult();
  expect(renderToStaticMarkup(<Stale query={failed} of="Capacities" />)).toContain("Capacities not known: The platform cannot be reached.");
  queries.setQueryData(["figure"], 7);
  await failing.refetch();
  const old = failing.getCurrentResult();
  expect(shown(old)).toMatch(/Figures as of <time>.*<\/time>; not refreshed since: The platform cannot be reached\..*<b>7<\/b>/);
  end();
});
