import { requestText } from "./client";

/** Fetches `path` with the key of the session and hands it to the reader as a file. */
export async function downloadText(path: string, name: string, type: string): Promise<void> {
  saveText(await requestText(path, { accept: type }), name, type);
}

/** Hands `text` to the reader as a file. */
export function saveText(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it up by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
