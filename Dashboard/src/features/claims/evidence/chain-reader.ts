import type { Page } from "@/shared/api/types";
import type { ChainedHash } from "./chain";

/** The published chain as it was read, from its first link on. */
export interface PublishedChain {
  readonly links: readonly ChainedHash[];
  /** Whether more links are published that were not read yet. */
  readonly more: boolean;
  /** The decision that was published otherwise when it was read before, or is published no more; null where there is none. */
  readonly changed: number | null;
}

/**
 * The most pages that are read at once, and the time after which as many are read again: the platform answers a visitor some hundred requests
 * a minute, and they want to see other things too.
 */
const [mostPages, againMs] = [10, 60_000];

/**
 * Reads the chain and keeps what it has read: read again it asks only for what has come since, and after a failure it goes on where it was.
 * The last known link is asked for again each time. It carries the hash of the one before, which carries that of the one before it: while
 * it is the same, nothing before it was decided otherwise. Where it is another one, all is read anew. A long chain is read in parts: each time
 * it answers what it has by then.
 *
 * @param pageAfter the links after a number, in order
 * @param now milliseconds since some moment
 */
export function chainReader(pageAfter: (number: number, signal?: AbortSignal) => Promise<Page<ChainedHash>>, now = () => performance.now()) {
  let known: readonly ChainedHash[] = [];
  let changed: number | null = null;
  let [left, since] = [mostPages, -Infinity];
  const read = (number: number, signal?: AbortSignal) => {
    left -= 1;
    return pageAfter(number, signal);
  };
  return async (signal?: AbortSignal): Promise<PublishedChain> => {
    if (now() - since >= againMs) [left, since] = [mostPages, now()];
    let links = known;
    const head = links.at(-1);
    // That one at least: it shows whether the chain is still the same, and what has come since.
    let page = await read(head ? head.number - 1 : 0, signal);
    if (head && isSame(page.items[0], head)) page = { ...page, items: page.items.slice(1) };
    else if (head) {
      changed = head.number;
      links = known = [];
      page = await read(0, signal);
    }

    for (;;) {
      links = known = [...links, ...page.items];
      if (page.next_cursor === null || left <= 0) return { links, more: page.next_cursor !== null, changed };
      page = await read(Number(page.next_cursor), signal);
    }
  };
}

const isSame = (link: ChainedHash | undefined, known: ChainedHash) =>
  link?.number === known.number && link.hash === known.hash && link.previous_hash === known.previous_hash;
