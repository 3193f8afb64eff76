import type { ComponentProps } from "react";
import { cx } from "./class-names";
import styles from "./Button.module.css";
import { useFocusBack } from "./use-focus-back";

export function Button({ tone = "plain", busy = false, className, disabled, children, type = "button", onClick, ...rest }: ComponentProps<"button"> & {
  tone?: "plain" | "primary" | "danger" | "ghost";
  /** What was asked for is under way: said, and not asked for twice. Who asked is where they were once it is over. */
  busy?: boolean;
}) {
  const asked = useFocusBack(busy);
  return (
    <button
      {...rest}
      type={type}
      className={cx(styles.button, className)}
      data-tone={tone}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      onClick={(event) => {
        asked();
        onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}
