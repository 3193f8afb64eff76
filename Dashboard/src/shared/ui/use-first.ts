import { useState } from "react";

/** `value` as it was when there first was one: what a page chose by itself does not change under the reader's hands. */
export function useFirst<T>(value: T | undefined): T | undefined {
  const [first, setFirst] = useState(value);
  if (first === undefined && value !== undefined) setFirst(value);
  return first ?? value;
}
