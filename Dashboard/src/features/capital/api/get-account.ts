import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Account } from "@/shared/api/types";
import { refreshMs } from "@/shared/api/query-client";

export const fetchAccount = (account: string, signal?: AbortSignal) => request<Account>(`/api/v2/vault/accounts?account=${encodeURIComponent(account)}`, { signal });

export const accountQuery = (account: string | undefined) =>
  queryOptions({ queryKey: ["vault", "account", account], queryFn: ({ signal }) => fetchAccount(account ?? "", signal), enabled: account !== undefined, refetchInterval: refreshMs });

export const useAccount = (account: string | undefined) => useQuery(accountQuery(account));
