import { useSyncExternalStore } from "react";

/** The key somebody typed in. It lives as long as the tab: sessionStorage, never a cookie, never localStorage, never in a URL. */
const storageKey = "sure.api-key";
const listeners = new Set<() => void>();
let key = read();

function read(): string | null {
  try {
    return sessionStorage.getItem(storageKey);
  } catch {
    // Storage is forbidden here: the key lives as long as the page.
    return null;
  }
}

export const currentKey = () => key;

export function setKey(next: string | null) {
  key = next;
  try {
    if (next === null) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, next);
  } catch {
    // As above.
  }

  for (const listener of listeners) listener();
}

/** Calls `listener` with every change of the key, until the function returned is called. */
export function onKey(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

// The last for what is drawn without a browser, as tests do.
export const useKey = () => useSyncExternalStore(onKey, currentKey, currentKey);
