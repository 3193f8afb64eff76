import { expect, it } from "vitest";
import type { StoredEvent } from "@/shared/api/types";
import { pricedEvents } from "./events";

const event = (name: string, of: Pick<StoredEvent, "stablecoin" | "bridge_id">): StoredEvent => ({
  name, ...of, from: 1, to: 2, points: 3, course: "recorded", source: "", confidence: "high", description: "",
});

it("offers only events of coins to test terms on: a bridge has no prices", () => {
  const usdc = event("usdc-svb-2023-03", { stablecoin: "USDC", bridge_id: null });
  const bridge = event("multichain-2023", { stablecoin: null, bridge_id: "multichain_eth_ton" });
  const dai = event("dai-svb-2023-03", { stablecoin: "DAI", bridge_id: null });
  expect(pricedEvents([usdc, bridge, dai])).toEqual([usdc, dai]);
});
