/** What stands where a figure is not known. */
export const unknown = "–";

type Maybe = number | null | undefined;

const locale = "en-US";
const cents = new Intl.NumberFormat(locale, { style: "currency", currency: "USD" });
const dollars = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 2 });
// No digit is lost: a double holds fifteen of them.
const ratios = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 15 });
const counts = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

/** A minus as wide as a plus, as `change` has it. */
const signed = (text: string) => text.replace("-", "−");

/** `$1,234.56` */
export const usd = (value: Maybe) => (value == null ? unknown : signed(cents.format(value)));

/** `$1,235`: where cents are noise. */
export const wholeUsd = (value: Maybe) => (value == null ? unknown : signed(dollars.format(value)));

/** `$1.23M`: for axes and tight places. */
export const shortUsd = (value: Maybe) => (value == null ? unknown : signed(compact.format(value)));

export const count = (value: Maybe) => (value == null ? unknown : signed(counts.format(value)));

/** A share such as 0.5512 as `55.12 %`. */
export const percent = (share: Maybe, digits = 2) => (share == null ? unknown : signed(`${(share * 100).toFixed(digits)} %`));

/** A figure that is in % already, as yields are. */
export const inPercent = (value: Maybe, digits = 2) => (value == null ? unknown : signed(`${value.toFixed(digits)} %`));

/** With a sign, for changes. */
export function change(value: Maybe, digits = 2): string {
  if (value == null) return unknown;
  const shown = Number(value.toFixed(digits));
  return `${shown > 0 ? "+" : shown < 0 ? "−" : ""}${Math.abs(shown).toFixed(digits)} %`;
}

/** A figure that somebody set, with no digit lost and at least two decimals: `0.10`, `0.125`. */
export const everyDigit = (value: number) => ratios.format(value);

/** A trigger or floor as it was chosen: `0.97`, `0.975`. */
export const pegRatio = everyDigit;

export const fixed = (value: Maybe, digits: number) => (value == null ? unknown : signed(value.toFixed(digits)));

/** Shares come with 18 decimals as text; four are read. No float is made of them. */
export function shares(text: string | null | undefined): string {
  if (text == null) return unknown;
  const [whole = "0", fraction = ""] = text.split(".");
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.${fraction.slice(0, 4).padEnd(4, "0")}`;
}
