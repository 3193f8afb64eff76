import { describe, expect, it } from "vitest";
import type { Json } from "./canonical-json";
import { type ChainedHash, checkBundle, type DecidedClaim, type EvidenceBundle, faultsOfChain, genesis, hashOf, sha256 } from "./chain";

// FIPS 180-4, as NIST publishes them for SHA-256 (one block, two blocks), and of nothing.
it.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
])("sha256 of %j", async (text, expected) => expect(await sha256(text)).toBe(expected));

it("hashes the one before and the body", async () => {
  // printf '%064d\n{}' 0 | sha256sum
  expect(await hashOf(genesis, {})).toBe("5649d09ed68c17156095d175eef152856c5b1a81c117c409c1e00f096aa6838e");
});

async function after(before: EvidenceBundle | undefined, content: Record<string, Json>): Promise<EvidenceBundle> {
  const previous = before?.hash ?? genesis;
  const number = (before?.number ?? 0) + 1;
  const claim_id = `claim ${number}`;
  const body = { ...content, claim_id };
  return { number, claim_id, previous_hash: previous, hash: await hashOf(previous, body), body };
}

async function chainOfThree(): Promise<[EvidenceBundle, EvidenceBundle, EvidenceBundle]> {
  const first = await after(undefined, { payout_usd: "5160.00", triggered: true });
  const second = await after(first, { b: 1, a: [null] });
  return [first, second, await after(second, { payout_usd: "3" })];
}

const linkOf = ({ number, previous_hash, hash }: EvidenceBundle): ChainedHash => ({ number, previous_hash, hash });
const claimOf = ({ claim_id, hash }: EvidenceBundle): DecidedClaim => ({ claim_id, evidence_hash: hash });
const holds = async (bundle: EvidenceBundle, links: readonly ChainedHash[], claim = claimOf(bundle)) => (await checkBundle(bundle, claim, links)).map((check) => check.holds);

describe("a decision", () => {
  it("holds where nothing was changed, whatever the order of its names", async () => {
    const [first, second, third] = await chainOfThree();
    const links = [first, second, third].map(linkOf);
    expect(await holds(first, links)).toEqual([true, true, true, true]);
    expect(await holds({ ...second, body: { claim_id: "claim 2", a: [null], b: 1 } }, links)).toEqual([true, true, true, true]);
    expect(await holds(third, links)).toEqual([true, true, true, true]);
  });

  it("does not hold where its content was changed", async () => {
    const [first] = await chainOfThree();
    expect(await holds({ ...first, body: { payout_usd: "1000000.00", triggered: true, claim_id: "claim 1" } }, [linkOf(first)])).toEqual([false, true, true, true]);
  });

  it("does not hold where it was told anew with a right hash of its own", async () => {
    const [first, second, third] = await chainOfThree();
    const body = { payout_usd: "0", claim_id: "claim 2" };
    const forged = { ...second, body, hash: await hashOf(first.hash, body) };
    expect(await holds(forged, [first, second, third].map(linkOf), claimOf(second))).toEqual([true, false, true, false]);
  });

  it("does not hold where the one before is another, or not there", async () => {
    const [first, second] = await chainOfThree();
    expect(await holds(second, [{ ...linkOf(first), hash: "f".repeat(64) }, linkOf(second)])).toEqual([true, true, false, true]);
    expect(await holds(second, [linkOf(second)])).toEqual([true, true, false, true]);
  });

  it("does not hold for another claim, however sound it is", async () => {
    const [first, second, third] = await chainOfThree();
    const links = [first, second, third].map(linkOf);
    expect(await holds(second, links, claimOf(first))).toEqual([true, true, true, false]);
    // What is around the content says whose it is, the content says otherwise.
    expect(await holds({ ...second, claim_id: "claim 1" }, links, { claim_id: "claim 1", evidence_hash: second.hash })).toEqual([true, true, true, false]);
    expect(await holds(second, links, { claim_id: "claim 2", evidence_hash: first.hash })).toEqual([true, true, true, false]);
    expect(await holds({ ...second, body: null }, links)).toEqual([false, true, true, false]);
  });
});

describe("the published chain", () => {
  it("is sound where each link follows from the one before", async () => expect(faultsOfChain((await chainOfThree()).map(linkOf))).toEqual([]));

  it("is not where one was left out or replaced, or the first is none", async () => {
    const [first, second, third] = (await chainOfThree()).map(linkOf) as [ChainedHash, ChainedHash, ChainedHash];
    expect(faultsOfChain([first, third])).toHaveLength(1);
    expect(faultsOfChain([first, { ...second, hash: "f".repeat(64) }, third])).toEqual(["Decision 3 is not built on decision 2 as it is published."]);
    expect(faultsOfChain([{ ...first, previous_hash: "f".repeat(64) }])).toHaveLength(1);
    expect(faultsOfChain([])).toEqual([]);
  });
});
