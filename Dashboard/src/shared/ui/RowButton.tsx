import type { ReactNode } from "react";
import styles from "./RowButton.module.css";

/** The name of a row as the button that shows more of it. */
export function RowButton({ chosen, onClick, children }: { chosen?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className={styles.button} aria-pressed={chosen} onClick={onClick}>
      {/* Not by CSS: what that adds is read out as part of the name, which `aria-pressed` makes superfluous. */}
      {chosen === true && <span aria-hidden>▸ </span>}
      {children}
    </button>
  );
}
