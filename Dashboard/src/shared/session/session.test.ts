import { expect, it } from "vitest";
import { couldBeKey } from "./session";

it.each([
  ["sure_053f468cc39d_OjZqtoOXZRxW9fXmj9lFcCGaZHDLM", true],
  ["sure_053f468cc39d_OjZqto\u200bOXZRxW9fXmj9lFcCGaZHDLM", false],
  ["sure_053f468cc39d OjZqto", false],
  ["clé", false],
  ["", false],
])("says of %j whether it could be a key: %s", (text, could) => expect(couldBeKey(text)).toBe(could));
