import { useState } from "react";
import { ApiError, mayBeDone } from "./client";

interface Attempt {
  readonly error: Error | null;
  readonly isIdle: boolean;
  readonly isSuccess: boolean;
}

/** Refused before anybody looked at what was asked for: no word on what became of an earlier attempt. */
const saysNothing = new Set([401, 403, 429]);

/** Whether what was asked for may have been done, by an attempt and by what was so before it. */
export const mayStillBeDone = (before: boolean, { error, isIdle, isSuccess }: Attempt) =>
  mayBeDone(error) || (before && !isIdle && !isSuccess && (error === null || (error instanceof ApiError && saysNothing.has(error.status))));

/** Whether what a mutation asks for may have been done by one of its attempts: from a failure that leaves it open to the answer that settles it. */
export function useMayBeDone(attempt: Attempt): boolean {
  const [before, setBefore] = useState(false);
  const may = mayStillBeDone(before, attempt);
  if (may !== before) setBefore(may);
  return may;
}
