import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Claim } from "@/shared/api/types";

export const postClaim = (policyId: string) => request<Claim>("/api/v2/claims", { method: "POST", body: { policy_id: policyId } });

export const useFileClaim = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: postClaim,
    onSuccess: () => Promise.all([["claims"], ["policies"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
};
