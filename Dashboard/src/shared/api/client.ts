import { currentKey } from "@/shared/session/session";
import type { Problem } from "./types";

/** What the platform answers when it does not do what was asked (RFC 9457); of a proxy's answer only the sentence is made. */
export type Refusal = Pick<Problem, "error" | "status"> & Partial<Problem>;

export class ApiError extends Error {
  constructor(
    readonly problem: Refusal,
    /** Seconds, where the platform said when to come again. */
    readonly retryAfter: number | undefined,
  ) {
    super(problem.error);
    this.name = "ApiError";
  }

  get status() {
    return this.problem.status;
  }
}

/** The platform could not be reached, or did not answer in time. */
export class Unreachable extends Error {
  constructor(
    cause: unknown,
    /** Whether it was waited for as long as anything is. */
    readonly tooLate = false,
  ) {
    super(tooLate ? "The platform does not answer in time." : "The platform cannot be reached.", { cause });
    this.name = "Unreachable";
  }
}

/** Whether what was asked for may have been done although it failed: nobody answered, or nobody who knew. */
export const mayBeDone = (error: Error | null) => error instanceof Unreachable || (error instanceof ApiError && error.status >= 500);

const answerLimitMs = 20_000;

interface RequestOptions {
  readonly method?: "GET" | "POST";
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Of a request that moves money: repeated with the same key it is done once. */
  readonly idempotencyKey?: string;
  /** The media type that is wanted; JSON unless given. */
  readonly accept?: string;
  /** Instead of the key of the session. */
  readonly key?: string;
}

/** Asks the platform; throws `ApiError` when it refuses and `Unreachable` when it is not there. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const text = await requestText(path, options);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** The same where the answer is wanted as it came: a table for a spreadsheet. */
export async function requestText(path: string, options: RequestOptions = {}): Promise<string> {
  const headers: Record<string, string> = { Accept: options.accept ?? "application/json" };
  const key = options.key ?? currentKey();
  if (key !== null) headers["Authorization"] = `Bearer ${key}`;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey !== undefined) headers["Idempotency-Key"] = options.idempotencyKey;
  const body = options.body === undefined ? null : JSON.stringify(options.body);
  const [response, text] = await answerOf(path, { method: options.method ?? "GET", headers, body }, options.signal);
  if (response.ok) return text;
  throw refusalOf(response, text);
}

/** What is answered, whatever it is; throws `Unreachable` where nothing is in time. */
export async function answerOf(path: string, request: RequestInit, signal?: AbortSignal): Promise<[response: Response, text: string]> {
  const limit = AbortSignal.timeout(answerLimitMs);
  try {
    const response = await fetch(path, { ...request, signal: signal ? AbortSignal.any([signal, limit]) : limit, cache: "no-store" });
    return [response, await response.text()];
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new Unreachable(cause, limit.aborted);
  }
}

export function refusalOf(response: Response, text: string): ApiError {
  const retryAfter = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new ApiError(readProblem(response.status, text), Number.isFinite(retryAfter) ? retryAfter : undefined);
}

function readProblem(status: number, text: string): Refusal {
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    if (typeof problem.error === "string") return { ...problem, status, error: problem.error };
  } catch {
    // Not from the platform itself: a proxy's page.
  }

  return { status, error: `The platform answered with ${status}.` };
}

/** `?a=1&b=2` of those that are given. */
export function query(values: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value != null && value !== "") search.set(name, String(value));
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
