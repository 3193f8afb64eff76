import { History } from "lucide-react";
import { clockTime } from "@/shared/format/times";
import { Notice } from "./Notice";

/** An answer that rests on the book; it is measured again and again, also where nothing new is heard of it. Unix seconds. */
interface OfBook {
  /** The time of the book. */
  readonly as_of: number;
  /** The time of the answer. */
  readonly timestamp: number;
}

/** Underwriting relies on no book that is older. */
const oldAfterS = 300;

export const isOld = ({ as_of, timestamp }: OfBook) => timestamp - as_of > oldAfterS;

/** Says of figures that the book behind them is an old one; nothing where it is not. */
export function OldBook({ of }: { of: OfBook | undefined }) {
  if (of === undefined || !isOld(of)) return null;
  return (
    <Notice tone="caution" icon={<History size={16} aria-hidden />} live>
      <b>The book is of {clockTime(of.as_of)}.</b> What has happened to it since is in none of these figures.
    </Notice>
  );
}
