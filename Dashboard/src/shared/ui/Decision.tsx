import { type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "./Button";
import styles from "./Decision.module.css";
import { isDeliberate } from "./deliberate";
import { Notice } from "./Notice";

/**
 * Something that cannot be taken back: asked for with one button, done with another, which stands beside its consequences and beside the way
 * out, where the focus goes first.
 */
export function Decision({ ask, confirm, busy, onConfirm, children }: {
  /** What is wanted; nothing happens yet. */
  ask: string;
  /** What the second button does. */
  confirm: string;
  busy: boolean;
  onConfirm: () => void;
  /** What follows from it. */
  children: ReactNode;
}) {
  // When it was asked for; null after a change of mind, undefined before anything.
  const [askedAt, setAskedAt] = useState<number | null>();
  const first = useRef<HTMLButtonElement>(null);
  const asked = typeof askedAt === "number";
  useEffect(() => {
    if (askedAt !== undefined) first.current?.focus();
  }, [askedAt]);
  if (!asked) return <Button key="ask" ref={first} tone="danger" onClick={(event) => setAskedAt(event.timeStamp)}>{ask}</Button>;
  const decide = (decision: () => void) => (event: MouseEvent) => {
    if (isDeliberate(askedAt, event.timeStamp)) decision();
  };
  return (
    <div className={styles.decision}>
      <Notice tone="critical" live>{children}</Notice>
      <div className={styles.actions}>
        <Button ref={first} onClick={decide(() => setAskedAt(null))}>Cancel</Button>
        <Button tone="danger" busy={busy} onClick={decide(onConfirm)}>{confirm}</Button>
      </div>
    </div>
  );
}
