import { queryOptions, useQuery } from "@tanstack/react-query";
import { answerOf, refusalOf } from "./client";
import { quickRefreshMs } from "./query-client";
import type { Health } from "./types";

/** Unlike every other answer it has the same body with 503 as with 200. */
export async function fetchHealth(signal?: AbortSignal): Promise<Health> {
  const [response, text] = await answerOf("/health", {}, signal);
  const health = readHealth(text);
  if (health) return health;
  throw refusalOf(response, text);
}

/** Undefined for what only a proxy between says: it knows no services. */
function readHealth(text: string): Health | undefined {
  try {
    const answer = JSON.parse(text) as { services?: unknown } | null;
    return typeof answer?.services === "object" && answer.services !== null ? (answer as Health) : undefined;
  } catch {
    return undefined;
  }
}

export const healthQuery = () =>
  queryOptions({ queryKey: ["health"], queryFn: ({ signal }) => fetchHealth(signal), refetchInterval: quickRefreshMs });

export const useHealth = () => useQuery(healthQuery());
