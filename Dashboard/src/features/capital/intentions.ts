import { ApiError, mayBeDone } from "@/shared/api/client";
import { currentKey, keyId } from "@/shared/session/session";
import { keep, kept } from "@/shared/session/tab";

/**
 * Calls `send` with the idempotency key of what is wanted, and whether that may have been done before. A key belongs to a body and to whoever
 * wants it until that is done: pressed twice, or sent again after no answer, also by a page that was loaded anew, it is done once. It goes as
 * well with a refusal of the first attempt, which changed nothing; that of a later one says nothing of those whose answers were lost.
 */
export async function once<B, T>(body: B, send: (body: B, key: string, again: boolean) => Promise<T>, newKey: () => string = () => crypto.randomUUID()): Promise<T> {
  const name = `sure.wanted ${keyId(currentKey()) ?? ""} ${JSON.stringify(body)}`;
  const before = kept(name);
  const key = before ?? newKey();
  keep(name, key);
  try {
    const answer = await send(body, key, before !== null);
    keep(name, null);
    return answer;
  } catch (error) {
    if (before === null && error instanceof ApiError && !mayBeDone(error)) keep(name, null);
    throw error;
  }
}
