/** The wire's words as people read them. What is not known here is shown as it came. */
const coverage: Record<string, string> = {
  depeg: "Depeg",
  smart_contract: "Smart contract",
  oracle: "Oracle",
  bridge: "Bridge",
  cex_liquidation: "CEX liquidation",
};

const tranches: Record<string, string> = {
  SURE_BTC: "BTC",
  SURE_SNR: "Senior",
  SURE_MEZZ: "Mezzanine",
  SURE_JNR: "Junior",
  SURE_JNR_PLUS: "Junior+",
  SURE_EQT: "Equity",
};

const checks: Record<string, string> = {
  ltv: "Loan-to-value of the pool",
  tranche_utilization: "Utilization of a tranche",
  equity_utilization: "Utilization of the equity tranche",
  reserve_ratio: "Reserve ratio",
  single_asset: "Share of one stablecoin",
  correlated_group: "Share of a correlated group",
  chain: "Share of the chain",
  coverage_type: "Share of the coverage type",
  stress_buffer: "Stress buffer",
  circuit_breaker: "Circuit breaker",
  known_event: "Known event",
};

export const coverageName = (type: string) => coverage[type] ?? type;
export const trancheName = (id: string) => tranches[id] ?? id;
export const checkName = (check: string | null | undefined) => (check == null ? "None" : (checks[check] ?? plain(check)));

/** `partially_paid` → `Partially paid` */
export function plain(word: string): string {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `wormhole_eth_ton` → `Wormhole ETH → TON` */
export function bridgeName(id: string): string {
  const [name = id, from, to] = id.split("_");
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return from && to ? `${title} ${from.toUpperCase()} → ${to.toUpperCase()}` : title;
}
