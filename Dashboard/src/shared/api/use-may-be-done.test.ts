import { expect, it } from "vitest";
import { ApiError, Unreachable } from "./client";
import { mayStillBeDone } from "./use-may-be-done";

const asked = { error: null, isIdle: false, isSuccess: false };
const refused = (status: number) => ({ ...asked, error: new ApiError({ status, error: "No." }, undefined) });
const lost = { ...asked, error: new Unreachable(undefined) };

/** What may be done after each of the attempts in turn. */
const after = (...attempts: Parameters<typeof mayStillBeDone>[1][]) => attempts.map(((may) => (attempt: (typeof attempts)[number]) => (may = mayStillBeDone(may, attempt)))(false));

it("is open after a lost answer, and while it is asked for again", () => {
  expect(after(asked, lost, asked)).toEqual([false, true, true]);
  expect(after(asked, refused(503), asked)).toEqual([false, true, true]);
});

it.each([401, 403, 429])("stays open where the next attempt is not let in (%i)", (status) => expect(after(lost, asked, refused(status), asked)).toEqual([true, true, true, true]));

it.each([409, 410, 422])("is settled by the platform's refusal (%i)", (status) => expect(after(lost, asked, refused(status), asked)).toEqual([true, true, false, false]));

it("is settled once it is done, or something else is wanted", () => {
  expect(after(lost, { ...asked, isSuccess: true })).toEqual([true, false]);
  expect(after(lost, { ...asked, isIdle: true })).toEqual([true, false]);
});

it("is not open where nothing but refusals were", () => expect(after(asked, refused(403), asked, refused(422))).toEqual([false, false, false, false]));
