import { type RefObject, useEffect, useRef } from "react";

/**
 * A form that brings the reader to the first field that something is wrong with.
 *
 * @param refusal another one each time that the form was refused
 */
export function useFirstInvalid(refusal: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [refusal]);
  return form;
}
