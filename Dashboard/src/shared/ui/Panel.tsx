import { type ReactNode, useId } from "react";
import { cx } from "./class-names";
import styles from "./Panel.module.css";

/** A titled region of a page. `span` is how many of twelve columns it takes on a wide screen; on a phone all take the whole width. */
export function Panel({ title, note, actions, children, span = 12, flush = false }: {
  title: string;
  /** What the figures are as of, or their unit. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  span?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12;
  /** Content reaches the borders, as tables do. */
  flush?: boolean;
}) {
  const id = useId();
  return (
    <section className={styles.panel} data-span={span} aria-labelledby={id}>
      <header className={styles.header}>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <div className={styles.note}>{note}</div>}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      <div className={cx(styles.body, flush && styles.flush)}>{children}</div>
    </section>
  );
}
