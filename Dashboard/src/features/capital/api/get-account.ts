import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Account } from "@/shared/api/types";
import { refreshMs } from "@/shared/api/query-client";

export const fetchAccount = (account: string, signal?: AbortSignal) => request<Account>(`/api/v2/vault/accounts/${encodeURIComponent(account)}`, { signal });

/** @param account null while it is not known whose */
export const accountQuery = (account: string | null) =>
  queryOptions({ queryKey: ["vault", "account", account], queryFn: ({ signal }) => fetchAccount(account ?? "", signal), enabled: account !== null, refetchInterval: refreshMs });

export const useAccount = (account: string | null) => useQuery(accountQuery(account));
