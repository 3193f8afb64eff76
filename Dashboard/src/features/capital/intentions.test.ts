import { beforeEach, expect, it } from "vitest";
import { Unreachable } from "@/shared/api/client";
import { Intentions } from "./intentions";

let intentions: Intentions;
let sent: [amount: number, key: string][];
beforeEach(() => {
  let made = 0;
  intentions = new Intentions(() => `key ${(made += 1)}`);
  sent = [];
});

const deposit = (amount: number, answered = true) =>
  intentions.once({ amount }, (body, key) => {
    sent.push([body.amount, key]);
    return answered ? Promise.resolve("booked") : Promise.reject(new Unreachable(undefined));
  });

it("keeps its key where nobody knows what became of it", async () => {
  await expect(deposit(100, false)).rejects.toThrow(Unreachable);
  await expect(deposit(100)).resolves.toBe("booked");
  expect(sent).toEqual([[100, "key 1"], [100, "key 1"]]);
});

it("keeps it while something else is wanted in between", async () => {
  await expect(deposit(100, false)).rejects.toThrow(Unreachable);
  await deposit(200);
  await deposit(100);
  expect(sent).toEqual([[100, "key 1"], [200, "key 2"], [100, "key 1"]]);
});

it("is another once it is done", async () => {
  await deposit(100);
  await deposit(100);
  expect(sent).toEqual([[100, "key 1"], [100, "key 2"]]);
});

it("is the same while it is under way", async () => {
  await Promise.all([deposit(100), deposit(100)]);
  expect(sent).toEqual([[100, "key 1"], [100, "key 1"]]);
});
