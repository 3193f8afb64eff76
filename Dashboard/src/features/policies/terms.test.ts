import { expect, it } from "vitest";
import { termsOf } from "./terms";

it("names the terms of a policy as they were chosen", () =>
  expect(termsOf({ coverage_type: "depeg", terms: { trigger_price: 0.975, floor_price: 0.9, dwell_hours: 4 } })).toEqual([
    ["Trigger (peg ratio)", "0.975"],
    ["Floor (peg ratio)", "0.90"],
    ["Dwell", "4 h"],
  ]));

it("names no dwell where there is none", () =>
  expect(termsOf({ coverage_type: "cex_liquidation", terms: { trigger_price: 0.95, floor_price: 0.8, dwell_hours: 1 } })[2]).toEqual(["Dwell", "none: the first fall to the trigger counts"]));

it("has none for what no price decides", () => expect(termsOf({ coverage_type: "bridge", terms: null })).toEqual([]));
