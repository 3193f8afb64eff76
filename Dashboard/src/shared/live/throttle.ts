/** Calls at once, then at most once in an interval for each key; the last call of a burst is never lost. */
export class Throttle {
  readonly #waiting = new Map<string, { timer: ReturnType<typeof setTimeout>; again: boolean }>();

  constructor(
    readonly intervalMs: number,
    readonly action: (key: string) => void,
  ) {}

  call(key: string) {
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.again = true;
    else this.#run(key);
  }

  stop() {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #run(key: string) {
    const entry = {
      again: false,
      timer: setTimeout(() => {
        this.#waiting.delete(key);
        if (entry.again) this.#run(key);
      }, this.intervalMs),
    };
    this.#waiting.set(key, entry);
    this.action(key);
  }
}
