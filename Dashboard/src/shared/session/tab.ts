/** What this page keeps as well: all there is where storage is forbidden. */
const ofPage = new Map<string, string>();

/** What was kept under `name` in this tab, also before the page was loaded anew. */
export function kept(name: string): string | null {
  try {
    return ofPage.get(name) ?? sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps `value` until the tab is closed, or no longer with null: in sessionStorage, never in a cookie, localStorage or a URL. */
export function keep(name: string, value: string | null) {
  if (value === null) ofPage.delete(name);
  else ofPage.set(name, value);
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // Storage is forbidden here: it lives as long as the page.
  }
}
