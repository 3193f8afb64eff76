import { useMutation } from "@tanstack/react-query";
import { request } from "@/shared/api/client";

export interface StressResult {
  scenario: string;
  loss_usd: number;
  triggered_usd: number;
  claims_usd: number;
  deployed_change_usd: number;
  by_tranche: { tranche_id: string; loss_usd: number }[];
  uncovered_usd: number;
  ltv_after: number | null;
  reserve_ratio_after: number;
  as_of: number;
}

export const runStressTest = (scenario: string) => request<StressResult>("/api/v2/risk/stress-test", { method: "POST", body: { scenario } });

export const useStressTest = () => useMutation({ mutationFn: runStressTest });
