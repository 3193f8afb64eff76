import { queryOptions, skipToken, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Page } from "@/shared/api/types";
import type { ChainedHash, EvidenceBundle } from "../evidence/chain";
import { chainReader } from "../evidence/chain-reader";

export const fetchEvidence = (claimId: string, signal?: AbortSignal) => request<EvidenceBundle>(`/api/v2/claims/${encodeURIComponent(claimId)}/evidence`, { signal });

/** @param decided whether there is any: a pending claim has none yet */
export const evidenceQuery = (claimId: string, decided: boolean) =>
  queryOptions({ queryKey: ["claims", "evidence", claimId], queryFn: ({ signal }) => fetchEvidence(claimId, signal), enabled: decided, staleTime: Infinity });

export const useEvidence = (claimId: string, decided: boolean) => useQuery(evidenceQuery(claimId, decided));

/** The longest page there is. */
const pageLength = 200;

/** The published hashes of the decisions after a number, in order: the cursor of a page is the number of its last decision. */
const fetchLinksAfter = (number: number, limit: number, signal?: AbortSignal) =>
  request<Page<ChainedHash>>(`/api/v2/claims/evidence-chain?limit=${limit}&cursor=${number}`, { signal });

/** One for all that show it: what was read once is not read again. */
const readChain = chainReader((number, signal) => fetchLinksAfter(number, pageLength, signal));

/** All hashes of decisions, in order. */
export const chainQuery = () => queryOptions({ queryKey: ["claims", "chain"], queryFn: ({ signal }) => readChain(signal), refetchInterval: refreshMs });

export const useChain = () => useQuery(chainQuery());

/** The published hashes of a decision and of the one before it, in order; those that are not published are left out. */
export const fetchLinksOf = async (number: number, signal?: AbortSignal) => (await fetchLinksAfter(Math.max(0, number - 2), 2, signal)).items;

/** @param number the decision; undefined where it is not known yet */
export const linksQuery = (number: number | undefined) =>
  queryOptions({ queryKey: ["claims", "links", number], queryFn: number === undefined ? skipToken : ({ signal }) => fetchLinksOf(number, signal), refetchInterval: refreshMs });

export const useLinksOf = (number: number | undefined) => useQuery(linksQuery(number));
