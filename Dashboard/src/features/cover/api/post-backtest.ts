import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Backtest, BacktestRequest } from "@/shared/api/types";

export const fetchBacktest = (body: BacktestRequest, signal?: AbortSignal) => request<Backtest>("/api/v2/claims/backtest", { method: "POST", body, signal });

/** The same terms over the same history give the same answer, so it is kept; back-tests are limited to ten a minute. */
export const backtestQuery = (body: BacktestRequest | null) =>
  queryOptions({
    queryKey: ["backtest", body],
    queryFn: ({ signal }) => {
      if (body === null) throw new Error("There is nothing to test.");
      return fetchBacktest(body, signal);
    },
    enabled: body !== null,
    staleTime: Infinity,
  });

export const useBacktest = (body: BacktestRequest | null) => useQuery(backtestQuery(body));
