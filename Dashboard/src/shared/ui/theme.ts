import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

/** Also read by public/theme.js, before the first paint. */
const storageKey = "sure.theme";
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
systemIsDark.addEventListener("change", tell);

function tell() {
  for (const listener of listeners) listener();
}

function chosen(): Theme {
  const theme = document.documentElement.dataset["theme"];
  return theme === "light" || theme === "dark" ? theme : "system";
}

const resolved = (): "light" | "dark" => {
  const theme = chosen();
  return theme === "system" ? (systemIsDark.matches ? "dark" : "light") : theme;
};

export function chooseTheme(theme: Theme) {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    if (theme === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // Storage is forbidden here: the choice lives as long as the page.
  }

  tell();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useChosenTheme = () => useSyncExternalStore(subscribe, chosen);
/** What is shown: for drawings on a canvas, which CSS does not reach. */
export const useResolvedTheme = () => useSyncExternalStore(subscribe, resolved);
