import type { ComponentProps } from "react";
import { cx } from "./class-names";
import styles from "./Button.module.css";

export function Button({ tone = "plain", busy = false, className, disabled, children, type = "button", ...rest }: ComponentProps<"button"> & {
  tone?: "plain" | "primary" | "danger" | "ghost";
  /** What was asked for is under way: said, and not asked for twice. */
  busy?: boolean;
}) {
  return (
    <button {...rest} type={type} className={cx(styles.button, className)} data-tone={tone} disabled={disabled === true || busy} aria-busy={busy || undefined}>
      {children}
    </button>
  );
}
