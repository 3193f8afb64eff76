import { History } from "lucide-react";
import type { Bridges } from "@/shared/api/types";
import { clockTime } from "@/shared/format/times";
import { Notice } from "./Notice";

/** They are judged once a minute by default; an answer is made whenever it is asked for, also where nobody has judged them for long. */
const oldAfterS = 300;

/** When the bridge was judged whose figures are the oldest, in Unix seconds; null where one was never judged. */
export function judgedAt({ bridges }: Pick<Bridges, "bridges">): number | null {
  const times = bridges.map((bridge) => bridge.last_updated);
  return times.length === 0 || times.includes(null) ? null : Math.min(...times.filter((time) => time !== null));
}

export function areOld(of: Pick<Bridges, "bridges" | "timestamp">): boolean {
  const at = judgedAt(of);
  return at === null || of.timestamp - at > oldAfterS;
}

/** Says of figures of bridges that they are old, or that some were never made; nothing where they are new. */
export function OldBridges({ of }: { of: Bridges | undefined }) {
  if (of === undefined || !areOld(of)) return null;
  const at = judgedAt(of);
  return (
    <Notice tone="caution" icon={<History size={16} aria-hidden />} live>
      {at === null ? <><b>Not every bridge has been judged.</b> Nothing is known of those that were not.</> : <><b>A bridge was last judged at {clockTime(at)}.</b> What has happened to it since is in none of these figures.</>}
    </Notice>
  );
}
