import { expect, it } from "vitest";
import { readSpeed } from "./speed";

it.each([
  ["60", 60],
  [" 0.1 ", 0.1],
  ["10000", 10_000],
  ["0.09", null],
  ["10001", null],
  ["", null],
  ["fast", null],
  ["Infinity", null],
])("%s is %s", (text, expected) => expect(readSpeed(text)).toBe(expected));
