import { readFileSync } from "node:fs";

/** The running platform; tests/Platform.EndToEndTests passes it. */
export const gateway = process.env["SURE_GATEWAY"] ?? "http://localhost:8080";

/** A key with every scope; tests/Platform.EndToEndTests passes it. */
export const key = process.env["SURE_KEY"] ?? "";

/** Written by whoever started the platform: the process of every resource. */
const readyFile = process.env["SURE_READY_FILE"];

export function processesOf(resource: string): number[] {
  if (readyFile === undefined) throw new Error("SURE_READY_FILE does not say where the processes of the platform are listed.");
  const ready = JSON.parse(readFileSync(readyFile, "utf8")) as { resources: { resource: string; pid: number }[] };
  return ready.resources.filter((r) => r.resource === resource).map((r) => r.pid);
}
