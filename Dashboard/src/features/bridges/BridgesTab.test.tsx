import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, expect, it, vi } from "vitest";
import { bridgesQuery } from "@/shared/api/get-bridges";
import type { Bridge } from "@/shared/api/types";
import type { Level } from "@/shared/charts/LineChart";
import { type BridgePoint, bridgeHistoryQuery } from "./api/get-bridge-history";
import { BridgesTab } from "./BridgesTab";

// Drawn in a browser only.
vi.mock("@/shared/charts/LineChart", () => ({ LineChart: ({ levels = [] }: { levels?: readonly Level[] }) => levels.map((level) => `${level.label}: ${level.value}. `) }));

const now = 1_697_564_800;
const bridge = (bridge_id: string, last_updated: number | null): Bridge => ({
  bridge_id, source_chain: "Ethereum", dest_chain: "TON", health_score: 0.95, health_status: "Healthy", tvl_usd: 1_000, tvl_change_pct: 0, tvl_drawdown_pct: 0,
  exploit_detected: false, exploit_confirmed: false, active_alerts: [], oracle_consensus: 1, transaction_success_rate: 1, sources: [], data_source: "simulated",
  data_age_seconds: 2, last_updated, timestamp: now,
});
let queries: QueryClient;

beforeEach(() => {
  queries = new QueryClient();
});

const shown = (...bridges: Bridge[]) => {
  queries.setQueryData(bridgesQuery().queryKey, { bridges, timestamp: now });
  return renderToStaticMarkup(<QueryClientProvider client={queries}><BridgesTab chosen="wormhole_eth_ton" onChoose={() => undefined} /></QueryClientProvider>);
};

it("says as of when the oldest of its figures are, not when it was answered", () => {
  const fresh = shown(bridge("wormhole_eth_ton", now - 10), bridge("multichain_eth_ton", now - 290));
  expect(fresh).toMatch(/as of \d\d Oct, \d\d:41:50/);
  expect(fresh).not.toContain("last judged");
  expect(shown(bridge("wormhole_eth_ton", now - 10), bridge("multichain_eth_ton", now - 310))).toMatch(/as of \d\d Oct, \d\d:41:30.*A bridge was last judged at \d\d Oct, \d\d:41:30/);
  expect(shown(bridge("wormhole_eth_ton", now - 10), bridge("multichain_eth_ton", null))).toMatch(/as of –.*Not every bridge has been judged/);
});

it("says of its levels that they are those by default", () => {
  const point = { time: now, tvl_usd: 1_000, health_score_min: 0.95 } as Partial<BridgePoint> as BridgePoint;
  queries.setQueryData(bridgeHistoryQuery("wormhole_eth_ton", "day").queryKey, { bridge_id: "wormhole_eth_ton", points: [point], resolution_seconds: 60 });
  expect(shown(bridge("wormhole_eth_ton", now))).toContain("Warning by default: 0.7. Critical by default: 0.5. ");
});
