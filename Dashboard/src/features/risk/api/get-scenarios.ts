import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";

export interface Scenario {
  id: string;
  name: string;
  description: string;
  sources: string[];
  peg_ratios: Record<string, number>;
  bridges: string[];
  /** What smart-contract and bridge cover of the chain pays, 0 … 1. */
  chains: Record<string, number>;
  types: Record<string, number>;
  /** Change of the price of BTC: −0.5 for half. */
  btc_move: number;
}

export const fetchScenarios = (signal?: AbortSignal) => request<{ scenarios: Scenario[] }>("/api/v2/risk/scenarios", { signal });

/** The library changes with a release only. */
export const scenariosQuery = () =>
  queryOptions({ queryKey: ["scenarios"], queryFn: ({ signal }) => fetchScenarios(signal), staleTime: Infinity });

export const useScenarios = () => useQuery(scenariosQuery());
