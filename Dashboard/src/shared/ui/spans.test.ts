import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { snapshotsQuery } from "@/shared/api/get-snapshots";
import { spanStart } from "./spans";

it("reaches back from now", () => {
  // 2026-01-05 12:00:00.999 UTC
  const now = 1_767_614_400_999;
  expect([spanStart("hour", now), spanStart("hours", now), spanStart("day", now), spanStart("week", now), spanStart("month", now)]).toEqual([
    1_767_610_800, 1_767_592_800, 1_767_528_000, 1_767_009_600, 1_765_022_400,
  ]);
});

const asked: string[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return Promise.resolve(new Response('{"points":[],"resolution_seconds":30,"timestamp":0}'));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("moves on with every reading of the same history", async () => {
  const queries = new QueryClient();
  vi.setSystemTime(1_767_614_400_000);
  await queries.query(snapshotsQuery("day"));
  vi.setSystemTime(1_767_618_000_000);
  await queries.query(snapshotsQuery("day"));
  expect(asked).toEqual(["/api/v2/risk/snapshots?from=1767528000", "/api/v2/risk/snapshots?from=1767531600"]);
  expect(queries.getQueryCache().getAll()).toHaveLength(1);
});
