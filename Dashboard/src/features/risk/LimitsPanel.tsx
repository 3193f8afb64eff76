import { useRiskLimits } from "@/shared/api/get-risk-limits";
import type { RiskLimit } from "@/shared/api/types";
import { Gauge } from "@/shared/charts/Gauge";
import { percent } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { OldBook } from "@/shared/ui/OldBook";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";

const names: Record<string, string> = {
  LTV_Breach: "LTV",
  Reserve_Low: "Reserve ratio",
  Concentration_High: "Largest share of a stablecoin",
  Correlation_Spike: "Mean correlation of coins",
  Stress_Loss_High: "Worst stress loss / capital",
  VaR_Breach: "One-year VaR 99 / capital",
};

/** Of each limit the subject that is closest to it. */
export function LimitsPanel() {
  const limits = useRiskLimits();
  return (
    <Panel title="Against the limits" span={4} note={`alerts at High and Critical${limits.data ? ` · book of ${clockTime(limits.data.as_of)}` : ""}`}>
      <OldBook of={limits.data} />
      <QueryState query={limits} lines={9}>
        {(data) =>
          worstOfEach(data.limits).map((limit) => (
            <Gauge
              key={limit.alert_type}
              label={`${names[limit.alert_type] ?? limit.alert_type}${limit.subject === "" ? "" : `: ${limit.subject}`}`}
              value={limit.current_value}
              max={isLow(limit) ? 1 : Math.max(limit.critical_limit * 1.4, limit.current_value ?? 0)}
              danger={isLow(limit) ? "low" : "high"}
              limits={[
                { value: limit.high_limit, name: "High", tone: "warning" },
                { value: limit.critical_limit, name: "Critical", tone: "critical" },
              ]}
              format={(value) => percent(value, 1)}
            />
          ))
        }
      </QueryState>
    </Panel>
  );
}

const isLow = (limit: RiskLimit) => limit.critical_limit < limit.high_limit;

function worstOfEach(limits: readonly RiskLimit[]): RiskLimit[] {
  const worst = new Map<string, RiskLimit>();
  for (const limit of limits) {
    const known = worst.get(limit.alert_type);
    if (!known || closeness(limit) > closeness(known)) worst.set(limit.alert_type, limit);
  }

  return [...worst.values()];
}

/** How far a value has come towards its Critical limit, which no capital is beyond; only compared within one type. */
const closeness = (limit: RiskLimit) => (limit.current_value === null ? Infinity : isLow(limit) ? -limit.current_value : limit.current_value);
