import { expect, it } from "vitest";
import type { Bridge, RiskAlert } from "@/shared/api/types";
import { alertsOf } from "./alerts";

const risk = [
  { alert_id: "r1", alert_type: "LTV_Breach", severity: "High", subject: "", message: "LTV is 80 %.", timestamp: 10 },
  { alert_id: "r2", alert_type: "Reserve_Low", severity: "High", subject: "", message: "Reserves are low.", timestamp: 20 },
] as RiskAlert[];
const bridges = [
  { bridge_id: "orbit_eth_ton", active_alerts: [{ alert_id: "b1", alert_type: "tvl_drop", severity: "Critical", message: "Drained.", timestamp: 5 }] },
  { bridge_id: "celer_eth_ton", active_alerts: [] },
] as unknown as Bridge[];

it("lists alerts of the book and of bridges, the worst and then the newest first", () => {
  expect(alertsOf(risk, bridges).map((a) => a.id)).toEqual(["b1", "r2", "r1"]);
  expect(alertsOf([], bridges)).toEqual([{ id: "b1", severity: "Critical", kind: "Tvl drop", subject: "Orbit ETH → TON", message: "Drained.", since: 5 }]);
});
