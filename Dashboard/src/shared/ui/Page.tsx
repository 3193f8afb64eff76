import { type ReactNode, useEffect } from "react";
import styles from "./Page.module.css";

/** The frame of a page: its name, one sentence of what it shows, and a grid of panels. */
export function Page({ title, lead, actions, children }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Sure`;
  }, [title]);
  return (
    <>
      <header className={styles.header}>
        <div>
          <h1 tabIndex={-1} id="page-title">{title}</h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      <div className={styles.grid}>{children}</div>
    </>
  );
}
