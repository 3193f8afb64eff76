import { useEffect, useState } from "react";

/** `value` once it has not changed for a while, for what costs a request, and whether that is the present one. Compared as JSON. */
export function useSettled<T>(value: T, milliseconds = 500): [settled: T, isPresent: boolean] {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as T), milliseconds);
    return () => clearTimeout(timer);
  }, [text, milliseconds]);
  return [settled, JSON.stringify(settled) === text];
}
