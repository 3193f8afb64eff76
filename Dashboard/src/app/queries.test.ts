import { expect, it } from "vitest";
import { quickRefreshMs } from "@/shared/api/query-client";

interface Options {
  readonly enabled?: unknown;
  readonly staleTime?: unknown;
  readonly refetchInterval?: unknown;
}

/** Everything that the pages read, by name, as for somebody with a key who has filled in the form. */
const modules = import.meta.glob<Record<string, (...parameters: unknown[]) => Options>>(["../shared/api/*.ts", "../features/*/api/*.ts", "!**/*.test.ts"], { eager: true });
const queries = Object.values(modules).flatMap((module) => Object.entries(module).flatMap(([name, make]) => (name.endsWith("Query") ? [{ name, options: make("one", true, true) }] : [])));

it("finds what the pages read", () => expect(queries.map(({ name }) => name)).toEqual(expect.arrayContaining(["poolQuery", "entriesQuery", "policiesQuery"])));

it.each(queries)("$name is read anew by itself, or never changes", ({ options }) => {
  if (options.enabled === false || options.staleTime === Infinity) return;
  // Nothing polls faster than this.
  expect(options.refetchInterval).toBeGreaterThanOrEqual(quickRefreshMs);
});
