import { queryOptions, useQuery } from "@tanstack/react-query";
import { Unreachable } from "./client";
import { quickRefreshMs } from "./query-client";
import type { Health } from "./types";

/** Unlike every other answer it has the same body with 503 as with 200. */
export async function fetchHealth(signal?: AbortSignal): Promise<Health> {
  try {
    const response = await fetch("/health", { signal: signal ?? null, cache: "no-store" });
    return (await response.json()) as Health;
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new Unreachable(cause);
  }
}

export const healthQuery = () =>
  queryOptions({ queryKey: ["health"], queryFn: ({ signal }) => fetchHealth(signal), refetchInterval: quickRefreshMs });

export const useHealth = () => useQuery(healthQuery());
