import { useBridges } from "@/shared/api/get-bridges";
import type { Bridge } from "@/shared/api/types";
import { change, count, fixed, percent, shortUsd } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { bridgeName } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { DataTable } from "@/shared/ui/DataTable";
import { judgedAt, OldBridges } from "@/shared/ui/OldBridges";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { RowButton } from "@/shared/ui/RowButton";
import { useFirst } from "@/shared/ui/use-first";
import { BridgeDetail } from "./BridgeDetail";
import { spread } from "./disagreement";

export function BridgesTab({ chosen, onChoose }: { chosen: string | null; onChoose: (bridgeId: string) => void }) {
  const bridges = useBridges();
  const sorted = bridges.data?.bridges.toSorted(worstFirst);
  const first = useFirst(sorted?.[0]?.bridge_id);
  const shown = sorted?.find((b) => b.bridge_id === chosen) ?? sorted?.find((b) => b.bridge_id === first);
  return (
    <>
      <Panel title="Nine bridges" flush note={bridges.data && `worst first · choose one to look into it · as of ${clockTime(judgedAt(bridges.data))}`}>
        <OldBridges of={bridges.data} />
        <QueryState query={bridges} lines={9} isEmpty={(data) => data.bridges.length === 0}>
          {() => (
            <DataTable
              caption="Bridges, worst first"
              rows={sorted ?? []}
              rowKey={(b) => b.bridge_id}
              columns={[
                { name: "Bridge", cell: (b) => <RowButton chosen={b === shown} onClick={() => onChoose(b.bridge_id)}>{bridgeName(b.bridge_id)}</RowButton>, sortBy: (b) => b.bridge_id },
                { name: "Status", cell: (b) => <BridgeStatus bridge={b} /> },
                { name: "Score", numeric: true, cell: (b) => <b>{fixed(b.health_score, 2)}</b>, sortBy: (b) => b.health_score },
                { name: "Value locked", numeric: true, cell: (b) => shortUsd(b.tvl_usd), sortBy: (b) => b.tvl_usd },
                { name: "1 h", numeric: true, cell: (b) => change(b.tvl_change_pct, 1), sortBy: (b) => b.tvl_change_pct },
                { name: "Drawdown", numeric: true, cell: (b) => change(b.tvl_drawdown_pct, 1), sortBy: (b) => b.tvl_drawdown_pct },
                { name: "Sources", numeric: true, cell: (b) => `${liveOf(b).length} of ${b.sources.length}` },
                { name: "Spread", numeric: true, cell: (b) => percent(spread(valuesOf(b)), 2), sortBy: (b) => spread(valuesOf(b)) },
                { name: "Consensus", numeric: true, cell: (b) => fixed(b.oracle_consensus, 1), sortBy: (b) => b.oracle_consensus },
                { name: "Transactions", numeric: true, cell: (b) => percent(b.transaction_success_rate, 1), sortBy: (b) => b.transaction_success_rate },
                { name: "Alerts", numeric: true, cell: (b) => count(b.active_alerts.length), sortBy: (b) => b.active_alerts.length },
              ]}
            />
          )}
        </QueryState>
      </Panel>
      {shown && <BridgeDetail bridge={shown} />}
    </>
  );
}

export function BridgeStatus({ bridge }: { bridge: Bridge }) {
  if (bridge.exploit_confirmed) return <Badge tone="critical">Exploit confirmed</Badge>;
  if (bridge.exploit_detected) return <Badge tone="critical">Exploit detected</Badge>;
  return <Badge tone={toneOf(bridge.health_status)}>{bridge.health_status}</Badge>;
}

const liveOf = (bridge: Bridge) => bridge.sources.filter((source) => source.live);
const valuesOf = (bridge: Bridge) => liveOf(bridge).map((source) => source.tvl_usd).filter((value) => value !== null);

/** Nothing known is worse than anything known. */
const worstFirst = (a: Bridge, b: Bridge) => (a.health_score ?? -1) - (b.health_score ?? -1) || (a.tvl_drawdown_pct ?? 0) - (b.tvl_drawdown_pct ?? 0);
