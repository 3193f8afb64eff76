/**
 * Idempotency keys of what is wanted. A key belongs to a body until that is done: pressed twice, or sent again after no answer, it is done
 * once. A refusal leaves the key as it is, since the platform keeps none of a request that changed nothing.
 */
export class Intentions {
  readonly #keys = new Map<string, string>();

  constructor(readonly newKey: () => string = () => crypto.randomUUID()) {}

  /** Calls `send` with the key of `body`. */
  async once<B, T>(body: B, send: (body: B, key: string) => Promise<T>): Promise<T> {
    const wanted = JSON.stringify(body);
    const key = this.#keys.get(wanted) ?? this.newKey();
    this.#keys.set(wanted, key);
    const answer = await send(body, key);
    this.#keys.delete(wanted);
    return answer;
  }
}
