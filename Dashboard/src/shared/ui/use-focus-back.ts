import { useEffect, useLayoutEffect, useRef } from "react";

/**
 * Puts the focus back where it was when something was asked for, once that is over: what is disabled meanwhile loses it, be it the button or
 * a field among those that are not to be changed.
 *
 * @param busy whether it is under way
 * @returns to be called when it is asked for, also where Enter in a field does it
 */
export function useFocusBack(busy: boolean): () => void {
  const asked = useRef<Element | null>(null);
  const lost = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    if (!busy) return;
    // A button that is disabled keeps the focus until the page is drawn anew, fields lose it with their fieldset at once.
    lost.current = [document.activeElement, asked.current].filter((element) => element instanceof HTMLElement).find((element) => element.matches(":disabled")) ?? null;
    asked.current = null;
  }, [busy]);
  useEffect(() => {
    if (busy) return;
    // Who went on meanwhile is not called back.
    if (document.activeElement === document.body) lost.current?.focus();
    lost.current = null;
  }, [busy]);
  return () => {
    asked.current = document.activeElement;
  };
}
