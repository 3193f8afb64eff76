import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { refreshMs } from "./query-client";
import type { RiskAlert } from "./types";

/** A simulated figure in USD and how far chance alone may have moved it. */
export interface Estimate {
  value: number;
  standard_error: number;
}

export interface Contribution {
  coverage_type?: string;
  chain?: string;
  stablecoin?: string;
  contribution_usd: number;
}

export interface Contributions {
  product: Contribution[];
  chain: Contribution[];
  stablecoin: Contribution[];
  coverage_type: Contribution[];
}

export interface TrancheRisk {
  tranche_id: string;
  capital_usd: number;
  expected_loss: Estimate;
  probability_touched: number;
  probability_wiped_out: number;
}

export interface Horizon {
  days: number;
  expected_loss: Estimate;
  var_95: Estimate;
  var_99: Estimate;
  var_995: Estimate;
  cvar_95: Estimate;
  cvar_99: Estimate;
  worst: number;
  /** Scenarios in which nothing is lost; the histogram counts the others. */
  without_loss: number;
  histogram: { from_usd: number; to_usd: number; scenarios: number }[];
  /** To CVaR 99. */
  contributions: Contributions;
  tranches: TrancheRisk[];
}

export interface StressLoss {
  scenario: string;
  loss_usd: number;
  claims_usd: number;
  uncovered_usd: number;
  ltv_after: number | null;
  reserve_ratio_after: number;
}

export interface ReverseStress {
  /** Null for all coins at once. */
  stablecoin: string | null;
  drop: number | null;
  peg_ratio: number | null;
  limits: string[];
}

interface Concentration {
  exposure_usd: number;
  of_capital: number | null;
}

export interface Snapshot {
  timestamp: number;
  as_of: number;
  ltv: number;
  reserve_ratio: number;
  total_capital_usd: number;
  coverage_usd: number;
  total_policies: number;
  horizons: Horizon[];
  stress: StressLoss[];
  worst_stress: StressLoss | null;
  reverse_stress: ReverseStress[];
  concentrations: {
    stablecoin: (Concentration & { stablecoin: string })[];
    chain: (Concentration & { chain: string })[];
    coverage_type: (Concentration & { coverage_type: string })[];
    max: number | null;
  };
  correlated_exposure: (Concentration & { stablecoins: string[] })[];
  correlation: { regime: string; mean_absolute: number | null; pairs: CorrelationPair[] };
  seed: number;
  scenarios: number;
  alerts: RiskAlert[];
}

export interface CorrelationPair {
  first: string;
  second: string;
  coefficient: number;
  shared_returns: number;
}

export const fetchSnapshot = (signal?: AbortSignal) => request<Snapshot>("/api/v2/risk/snapshot", { signal });

export const snapshotQuery = () =>
  queryOptions({ queryKey: ["risk", "snapshot"], queryFn: ({ signal }) => fetchSnapshot(signal), refetchInterval: refreshMs });

export const useSnapshot = () => useQuery(snapshotQuery());
