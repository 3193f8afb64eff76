import { useSyncExternalStore } from "react";
import { keep, kept } from "./tab";

/** The key somebody typed in. It lives as long as the tab. */
const storageName = "sure.api-key";
const listeners = new Set<() => void>();
let key = kept(storageName);

export const currentKey = () => key;

/** The part of a key that names it and is no secret; null where there is none. */
export const keyId = (of: string | null) => of?.split("_")[1] ?? null;

/** Whether it could be a key at all: what is copied may hold characters that nobody sees, and no header takes them. */
export const couldBeKey = (text: string) => /^[\x21-\x7e]+$/.test(text);

export function setKey(next: string | null) {
  key = next;
  keep(storageName, next);
  for (const listener of listeners) listener();
}

/** Calls `listener` with every change of the key, until the function returned is called. */
export function onKey(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

// The last for what is drawn without a browser, as tests do.
export const useKey = () => useSyncExternalStore(onKey, currentKey, currentKey);
