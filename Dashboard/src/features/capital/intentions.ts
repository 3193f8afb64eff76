import { currentKey, keyId } from "@/shared/session/session";
import { keep, kept } from "@/shared/session/tab";

/**
 * Calls `send` with the idempotency key of what is wanted, and whether that was sent before. A key belongs to a body and to whoever wants it
 * until that is done: pressed twice, or sent again after no answer, also by a page that was loaded anew, it is done once. A refusal leaves the
 * key as it is, since the platform keeps none of a request that changed nothing.
 */
export async function once<B, T>(body: B, send: (body: B, key: string, again: boolean) => Promise<T>, newKey: () => string = () => crypto.randomUUID()): Promise<T> {
  const name = `sure.wanted ${keyId(currentKey()) ?? ""} ${JSON.stringify(body)}`;
  const before = kept(name);
  const key = before ?? newKey();
  keep(name, key);
  const answer = await send(body, key, before !== null);
  keep(name, null);
  return answer;
}
