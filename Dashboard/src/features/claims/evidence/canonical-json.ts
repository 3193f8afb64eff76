/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Half a surrogate pair: no text, and nothing that has one encoding in UTF-8. */
const loneSurrogate = /\p{Surrogate}/u;

/**
 * The one spelling of a JSON value (RFC 8785, JCS), so that everyone who hashes it hashes the same. ECMAScript's own way of writing
 * numbers and strings is what the RFC prescribes (§3.2.2); what is left is the order of the names (§3.2.3).
 *
 * @throws TypeError for what JSON of this kind cannot hold
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("A number is too large for JSON that others can read.");
    return JSON.stringify(value);
  }

  if (typeof value === "string") return canonicalString(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  // The default order is by UTF-16 code units, as §3.2.3 asks.
  return `{${Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, member]) => `${canonicalString(name)}:${canonicalJson(member)}`)
    .join(",")}}`;
}

function canonicalString(text: string): string {
  if (loneSurrogate.test(text)) throw new TypeError("A string holds half a surrogate pair.");
  return JSON.stringify(text);
}

const isList = (value: readonly Json[] | { readonly [name: string]: Json }): value is readonly Json[] => Array.isArray(value);
