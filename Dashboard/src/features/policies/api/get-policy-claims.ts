import { queryOptions, useQuery } from "@tanstack/react-query";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Claim, Page } from "@/shared/api/types";
import { useKey } from "@/shared/session/session";

export const fetchPolicyClaims = (policyId: string, signal?: AbortSignal) => request<Page<Claim>>(`/api/v2/claims${query({ policy_id: policyId })}`, { signal });

export const policyClaimsQuery = (policyId: string, hasKey: boolean) =>
  queryOptions({ queryKey: ["claims", "of-policy", policyId], queryFn: ({ signal }) => fetchPolicyClaims(policyId, signal), enabled: hasKey, refetchInterval: refreshMs });

export const usePolicyClaims = (policyId: string) => useQuery(policyClaimsQuery(policyId, useKey() !== null));
