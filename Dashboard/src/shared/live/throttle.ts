/**
 * Acts at once, then for each key only when an interval has passed since the last action was done: none ever runs beside another of its
 * key, however long it takes. The last call of a burst is never lost.
 */
export class Throttle {
  readonly #busy = new Map<string, { again: boolean; timer?: ReturnType<typeof setTimeout> }>();

  constructor(
    readonly intervalMs: number,
    readonly action: (key: string) => Promise<unknown>,
  ) {}

  call(key: string) {
    const busy = this.#busy.get(key);
    if (busy) busy.again = true;
    else this.#run(key);
  }

  stop() {
    for (const { timer } of this.#busy.values()) clearTimeout(timer);
    this.#busy.clear();
  }

  #run(key: string) {
    const busy: { again: boolean; timer?: ReturnType<typeof setTimeout> } = { again: false };
    const rest = () => {
      // Stopped meanwhile.
      if (this.#busy.get(key) !== busy) return;
      busy.timer = setTimeout(() => {
        this.#busy.delete(key);
        if (busy.again) this.#run(key);
      }, this.intervalMs);
    };
    this.#busy.set(key, busy);
    this.action(key).then(rest, rest);
  }
}
