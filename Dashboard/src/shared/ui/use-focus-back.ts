import { useEffect, useRef } from "react";

/**
 * Puts the focus back where it was when something was asked for, once that is over: what is disabled meanwhile loses it.
 *
 * @param isPending whether it is under way
 * @returns to be called when it is asked for
 */
export function useFocusBack(isPending: boolean): () => void {
  const before = useRef<Element | null>(null);
  useEffect(() => {
    // Who went on meanwhile is not called back.
    if (!isPending && document.activeElement === document.body && before.current instanceof HTMLElement) before.current.focus();
  }, [isPending]);
  return () => {
    before.current = document.activeElement;
  };
}
