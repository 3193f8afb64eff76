import { describe, expect, it } from "vitest";
import type { ChainedHash } from "./chain";
import { chainReader } from "./chain-reader";

/** As many links, each built on the one before; those of another `mark` are other ones. */
const published = (length: number, mark = ""): ChainedHash[] =>
  Array.from({ length }, (_, i) => ({ number: i + 1, previous_hash: `${mark}${i}`, hash: `${mark}${i + 1}` }));

/** The platform: pages of two links, like its own longer ones with a cursor whenever they are full. */
function platform(chain: ChainedHash[]) {
  const asked: number[] = [];
  const state = { chain, asked, fails: false, now: 0 };
  const read = chainReader((number) => {
    asked.push(number);
    if (state.fails) return Promise.reject(new Error("away"));
    const items = state.chain.filter((link) => link.number > number).slice(0, 2);
    return Promise.resolve({ items, next_cursor: items.length === 2 ? String(items[1]?.number) : null });
  }, () => state.now);
  return { state, read };
}

describe("the chain is read", () => {
  it("whole at first, page by page", async () => {
    const { state, read } = platform(published(5));
    expect(await read()).toEqual({ links: published(5), more: false, changed: null });
    expect(state.asked).toEqual([0, 2, 4]);
  });

  it("from its last known link on afterwards", async () => {
    const { state, read } = platform(published(5));
    await read();
    state.chain = published(6);
    state.asked.length = 0;
    expect(await read()).toEqual({ links: published(6), more: false, changed: null });
    // The links after 4 are 5, which is known, and 6; the page is full, and nothing follows.
    expect(state.asked).toEqual([4, 6]);
  });

  it("with one question where nothing is new, and while there is nothing", async () => {
    const { state, read } = platform([]);
    expect(await read()).toEqual({ links: [], more: false, changed: null });
    state.chain = published(1);
    await read();
    state.asked.length = 0;
    expect(await read()).toEqual({ links: published(1), more: false, changed: null });
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
    expect(await read()).toEqual({ links: published(7), more: false, changed: null });
    expect(state.asked).toEqual([2, 4, 6]);
  });
});

describe("of a long chain", () => {
  it("ten pages are read at once, and what they hold is answered", async () => {
    const { state, read } = platform(published(100));
    expect(await read()).toEqual({ links: published(20), more: true, changed: null });
    expect(state.asked).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });

  it("a page is read whenever it is asked for sooner, and ten more after a minute", async () => {
    const { state, read } = platform(published(100));
    await read();
    state.now = 59_999;
    state.asked.length = 0;
    expect(await read()).toEqual({ links: published(21), more: true, changed: null });
    expect(state.asked).toEqual([19]);
    state.now = 60_000;
    state.asked.length = 0;
    // The first of them begins with a link that is known.
    expect(await read()).toEqual({ links: published(40), more: true, changed: null });
    expect(state.asked).toEqual([20, 22, 24, 26, 28, 30, 32, 34, 36, 38]);
  });

  it("all is read in the end", async () => {
    const { state, read } = platform(published(45));
    for (let minute = 0; minute < 2; minute++) {
      state.now = minute * 60_000;
      expect((await read()).more).toBe(true);
    }

    state.now = 120_000;
    expect(await read()).toEqual({ links: published(45), more: false, changed: null });
  });

  it("no more is read where it has become another one", async () => {
    const { state, read } = platform(published(100));
    await read();
    state.now = 60_000;
    state.chain = published(100, "f");
    state.asked.length = 0;
    expect(await read()).toEqual({ links: published(18, "f"), more: true, changed: 20 });
    expect(state.asked).toHaveLength(10);
  });
});

describe("that the chain is another one than was read before", () => {
  it("is told from then on, with the chain as it is now", async () => {
    const { state, read } = platform(published(3));
    await read();
    state.chain = published(4, "f");
    expect(await read()).toEqual({ links: published(4, "f"), more: false, changed: 3 });
    expect(await read()).toEqual({ links: published(4, "f"), more: false, changed: 3 });
  });

  it("is told where its last link is gone", async () => {
    const { state, read } = platform(published(3));
    await read();
    state.chain = published(2);
    expect(await read()).toEqual({ links: published(2), more: false, changed: 3 });
  });
});
