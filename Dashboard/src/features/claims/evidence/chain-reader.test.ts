import { describe, expect, it } from "vitest";
import type { ChainedHash } from "./chain";
import { chainReader } from "./chain-reader";

/** As many links, each built on the one before; those of another `mark` are other ones. */
const published = (length: number, mark = ""): ChainedHash[] =>
  Array.from({ length }, (_, i) => ({ number: i + 1, previous_hash: `${mark}${i}`, hash: `${mark}${i + 1}` }));

/** The platform: pages of two links, like its own longer ones with a cursor whenever they are full. */
function platform(chain: ChainedHash[]) {
  const asked: number[] = [];
  const state = { chain, asked, fails: false };
  const read = chainReader((number) => {
    asked.push(number);
    if (state.fails) return Promise.reject(new Error("away"));
    const items = state.chain.filter((link) => link.number > number).slice(0, 2);
    return Promise.resolve({ items, next_cursor: items.length === 2 ? String(items[1]?.number) : null });
  });
  return { state, read };
}

describe("the chain is read", () => {
  it("whole at first, page by page", async () => {
    const { state, read } = platform(published(5));
    expect(await read()).toEqual({ links: published(5), changed: null });
    expect(state.asked).toEqual([0, 2, 4]);
  });

  it("from its last known link on afterwards", async () => {
    const { state, read } = platform(published(5));
    await read();
    state.chain = published(6);
    state.asked.length = 0;
    expect(await read()).toEqual({ links: published(6), changed: null });
    // The links after 4 are 5, which is known, and 6; the page is full, and nothing follows.
    expect(state.asked).toEqual([4, 6]);
  });

  it("with one question where nothing is new, and while there is nothing", async () => {
    const { state, read } = platform([]);
    expect(await read()).toEqual({ links: [], changed: null });
    state.chain = published(1);
    await read();
    state.asked.length = 0;
    expect(await read()).toEqual({ links: published(1), changed: null });
    expect(state.asked).toEqual([0]);
  });

  it("from where it was after a failure", async () => {
    const { state, read } = platform(published(3));
    await read();
    state.chain = published(7);
    state.fails = true;
    await expect(read()).rejects.toThrow("away");
    state.fails = false;
    state.asked.length = 0;
    expect(await read()).toEqual({ links: published(7), changed: null });
    expect(state.asked).toEqual([2, 4, 6]);
  });
});

describe("that the chain is another one than was read before", () => {
  it("is told from then on, with the chain as it is now", async () => {
    const { state, read } = platform(published(3));
    await read();
    state.chain = published(4, "f");
    expect(await read()).toEqual({ links: published(4, "f"), changed: 3 });
    expect(await read()).toEqual({ links: published(4, "f"), changed: 3 });
  });

  it("is told where its last link is gone", async () => {
    const { state, read } = platform(published(3));
    await read();
    state.chain = published(2);
    expect(await read()).toEqual({ links: published(2), changed: 3 });
  });
});
