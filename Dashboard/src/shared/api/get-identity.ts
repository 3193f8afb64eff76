import { queryOptions, useQuery } from "@tanstack/react-query";
import { currentKey, keyId, useKey } from "@/shared/session/session";
import { ApiError, request } from "./client";

/** Whom a key speaks for, and what it allows as far as the dashboard needs it. */
export interface Identity {
  subject: string;
  admin: boolean;
}

/** The platform has no call that says who asks; previewing the least deposit names the account it would go to and changes nothing. */
const leastDeposit = { direction: "deposit", tranche_id: "SURE_EQT", amount_usd: 100 };

export async function fetchIdentity(key: string, signal?: AbortSignal): Promise<Identity> {
  const preview = await request<{ account: string }>("/api/v2/vault/preview", { method: "POST", body: leastDeposit, key, signal });
  return { subject: preview.account, admin: await mayReadLedger(key, signal) };
}

async function mayReadLedger(key: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await request("/api/v2/ledger/entries?limit=1", { key, signal });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false;
    throw error;
  }
}

export const identityQuery = (key: string | null) =>
  queryOptions({
    // The key itself stays out of the cache's keys.
    queryKey: ["identity", keyId(key)],
    queryFn: ({ signal }) => fetchIdentity(key ?? currentKey() ?? "", signal),
    enabled: key !== null,
    staleTime: Infinity,
  });

export const useIdentity = () => useQuery(identityQuery(useKey()));
