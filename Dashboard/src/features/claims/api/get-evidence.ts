import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Page } from "@/shared/api/types";
import type { ChainedHash, EvidenceBundle } from "../evidence/chain";

export const fetchEvidence = (claimId: string, signal?: AbortSignal) => request<EvidenceBundle>(`/api/v2/claims/${encodeURIComponent(claimId)}/evidence`, { signal });

/** @param decided whether there is any: a pending claim has none yet */
export const evidenceQuery = (claimId: string, decided: boolean) =>
  queryOptions({ queryKey: ["claims", "evidence", claimId], queryFn: ({ signal }) => fetchEvidence(claimId, signal), enabled: decided, staleTime: Infinity });

export const useEvidence = (claimId: string, decided: boolean) => useQuery(evidenceQuery(claimId, decided));

/** All hashes of decisions, in order, page by page. */
export async function fetchChain(signal?: AbortSignal): Promise<ChainedHash[]> {
  const links: ChainedHash[] = [];
  let cursor: string | null = "0";
  while (cursor !== null) {
    const page: Page<ChainedHash> = await request(`/api/v2/claims/evidence-chain?limit=200&cursor=${cursor}`, { signal });
    links.push(...page.items);
    cursor = page.next_cursor;
  }

  return links;
}

export const chainQuery = () => queryOptions({ queryKey: ["claims", "chain"], queryFn: ({ signal }) => fetchChain(signal), refetchInterval: refreshMs });

export const useChain = () => useQuery(chainQuery());
