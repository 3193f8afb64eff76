import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { LedgerCheck } from "@/shared/api/types";

export const fetchLedgerCheck = (signal?: AbortSignal) => request<LedgerCheck>("/api/v2/ledger/check", { signal });

/** It reads the whole journal, so it is made when somebody asks for it, not by itself. */
export const ledgerCheckQuery = () => queryOptions({ queryKey: ["ledger-check"], queryFn: ({ signal }) => fetchLedgerCheck(signal), enabled: false, staleTime: Infinity });

export const useLedgerCheck = () => useQuery(ledgerCheckQuery());
