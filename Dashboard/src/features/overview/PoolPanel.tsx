import { OctagonX } from "lucide-react";
import { usePool } from "@/shared/api/get-pool";
import { useRiskLimits } from "@/shared/api/get-risk-limits";
import type { RiskLimits } from "@/shared/api/types";
import { Gauge, type GaugeLimit } from "@/shared/charts/Gauge";
import { count, percent, shortUsd, usd } from "@/shared/format/numbers";
import { clockTime, dateTime } from "@/shared/format/times";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { QueryState, Stale } from "@/shared/ui/QueryState";
import { Stat, Stats } from "@/shared/ui/Stat";
import styles from "./PoolPanel.module.css";

export function PoolPanel() {
  const pool = usePool();
  const limits = useRiskLimits();
  const ltvLimits = limitsOf(limits.data, "LTV_Breach");
  const reserveLimits = limitsOf(limits.data, "Reserve_Low");
  return (
    <Panel title="Pool" span={8} note={pool.data && `as of ${clockTime(pool.data.timestamp)}`}>
      <QueryState query={pool} lines={6}>
        {(data) => (
          <>
            {data.circuit_breaker.open && (
              <Notice tone="critical" icon={<OctagonX size={16} aria-hidden />} live>
                <b>The circuit breaker is open</b> since {dateTime(data.circuit_breaker.since)}: {data.circuit_breaker.reason}. No sales and no withdrawals.
              </Notice>
            )}
            <Stale query={limits} of="Limits" />
            <div className={styles.gauges}>
              <Gauge label="LTV: cover against effective capital" value={data.ltv} max={1} limits={ltvLimits} format={(v) => percent(v, 1)} />
              <Gauge label="Reserve ratio: liquid part of capital" value={data.reserve_ratio} max={1} danger="low" limits={reserveLimits} format={(v) => percent(v, 1)} />
            </div>
            <Stats>
              <Stat label="Capital" value={shortUsd(data.total_capital_usd)} note={usd(data.total_capital_usd)} />
              <Stat label="Cover sold" value={shortUsd(data.coverage_sold_usd)} note={`${count(data.active_policies)} active policies`} />
              <Stat label="Effective capital" value={shortUsd(data.effective_capital_usd)} note="weighted by seniority" />
              <Stat label="Liquid reserves" value={shortUsd(data.liquid_reserves_usd)} note={`${shortUsd(data.deployed_usd)} deployed`} />
              <Stat label="Unearned premium" value={shortUsd(data.unearned_premium_usd)} note={usd(data.unearned_premium_usd)} />
              <Stat label="Claims payable" value={shortUsd(data.claims_payable_usd)} note={data.shortfall_usd > 0 ? `${usd(data.shortfall_usd)} shortfall` : "no shortfall"} />
            </Stats>
          </>
        )}
      </QueryState>
    </Panel>
  );
}

function limitsOf(limits: RiskLimits | undefined, type: string): GaugeLimit[] {
  const limit = limits?.limits.find((l) => l.alert_type === type);
  return limit
    ? [
        { value: limit.high_limit, name: "High", tone: "warning" },
        { value: limit.critical_limit, name: "Critical", tone: "critical" },
      ]
    : [];
}
