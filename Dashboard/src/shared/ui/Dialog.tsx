import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./Button";
import styles from "./Dialog.module.css";

/** The browser's own modal dialog: it keeps the focus, closes with Escape and gives the focus back. */
export function Dialog({ title, open, onClose, children, side = false }: {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  /** A sheet at the side rather than in the middle. */
  side?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className={styles.dialog} data-side={side} aria-labelledby={id} onClose={onClose}>
      {open && (
        <>
          <header className={styles.header}>
            <h2 id={id}>{title}</h2>
            <Button tone="ghost" onClick={onClose} aria-label="Close">
              <X size={18} aria-hidden />
            </Button>
          </header>
          <div className={styles.body}>{children}</div>
        </>
      )}
    </dialog>
  );
}
