import { clockTime } from "@/shared/format/times";
import type { ConnectionState, Loss } from "@/shared/live/live";

/** What the connection was lost by and has not come back from. */
export const lossOf = (connection: ConnectionState) => (connection.phase === "waiting" || connection.phase === "connecting" ? connection.loss : null);

/** Whether the platform tells what happens only to those whom it knows. */
export const wantsKey = (loss: Loss) => loss.reason === "unauthenticated" || loss.reason === "invalid_token";

/**
 * How the connection is, in a word and a sentence.
 *
 * @param cut whether it has been gone for longer than a blink
 */
export function connectionWords(connection: ConnectionState, cut: boolean, hasKey: boolean): [word: string, detail: string] {
  if (connection.phase === "live") return ["Live", "Changes are shown as they happen."];
  const loss = lossOf(connection);
  if (loss && wantsKey(loss)) {
    return ["Not live", `${hasKey ? "The platform does not accept the key for changes as they happen" : "Changes as they happen need a key: enter one with “Key”"}. Figures are read anew every minute.`];
  }

  if (!cut) return ["Connecting", "The platform is being reached."];
  if (loss?.reason === "unavailable") return ["Reconnecting", "The platform cannot check the key at the moment. It is tried again shortly."];
  return ["Reconnecting", loss?.lostAt == null ? "The platform is being reached." : `Cut off; live until ${clockTime(loss.lostAt / 1_000)}.`];
}
