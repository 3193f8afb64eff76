import type { Page } from "@/shared/api/types";
import type { ChainedHash } from "./chain";

/** The published chain as it was read, from its first link on. */
export interface PublishedChain {
  readonly links: readonly ChainedHash[];
  /** The decision that was published otherwise when it was read before, or is published no more; null where there is none. */
  readonly changed: number | null;
}

/**
 * Reads the chain and keeps what it has read: read again it asks only for what has come since, and after a failure it goes on where it was.
 * The last known link is asked for again each time. It carries the hash of the one before, which carries that of the one before it: while
 * it is the same, nothing before it was decided otherwise. Where it is another one, all is read anew.
 *
 * @param pageAfter the links after a number, in order
 */
export function chainReader(pageAfter: (number: number, signal?: AbortSignal) => Promise<Page<ChainedHash>>) {
  let known: readonly ChainedHash[] = [];
  let changed: number | null = null;
  return async (signal?: AbortSignal): Promise<PublishedChain> => {
    let links = known;
    const head = links.at(-1);
    let page = await pageAfter(head ? head.number - 1 : 0, signal);
    if (head && isSame(page.items[0], head)) page = { ...page, items: page.items.slice(1) };
    else if (head) {
      changed = head.number;
      links = known = [];
      page = await pageAfter(0, signal);
    }

    for (;;) {
      links = known = [...links, ...page.items];
      if (page.next_cursor === null) return { links, changed };
      page = await pageAfter(Number(page.next_cursor), signal);
    }
  };
}

const isSame = (link: ChainedHash | undefined, known: ChainedHash) =>
  link?.number === known.number && link.hash === known.hash && link.previous_hash === known.previous_hash;
