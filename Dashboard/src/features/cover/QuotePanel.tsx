import { type SubmitEvent, useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "@/shared/api/client";
import type { Chain, CoverageType, Pricing, Quote, QuoteRequest, Stablecoin } from "@/shared/api/types";
import { useMayBeDone } from "@/shared/api/use-may-be-done";
import { percent, usd } from "@/shared/format/numbers";
import { clockTime, duration } from "@/shared/format/times";
import { checkName, coverageName, plain } from "@/shared/format/words";
import { useKey } from "@/shared/session/session";
import { Button } from "@/shared/ui/Button";
import { Fields, SelectField, TextField } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { Failure } from "@/shared/ui/QueryState";
import { useFirstInvalid } from "@/shared/ui/use-first-invalid";
import { useNow } from "@/shared/ui/use-now";
import { useProducts } from "./api/get-products";
import type { Bind } from "./api/post-policy";
import { useQuote } from "./api/post-quote";
import type { Choice } from "./HeatMap";
import { figuresOf, secondsLeft, whyNotBindable } from "./quote";
import styles from "./QuotePanel.module.css";
import { hasOwnTerms, type OwnTerms, termsOf } from "./terms";

export function QuotePanel({ choice, onChoose, amount, onAmount, own, onOwn, bind }: {
  choice: Choice;
  onChoose: (choice: Choice) => void;
  amount: string;
  onAmount: (amount: string) => void;
  own: OwnTerms;
  onOwn: (own: OwnTerms) => void;
  bind: Bind;
}) {
  const products = useProducts(true).data?.products ?? [];
  const [days, setDays] = useState("90");
  const [pricing, setPricing] = useState<Pricing>("standard");
  const quote = useQuote();
  const { reset: resetQuote } = quote;
  const { reset: resetBind } = bind;
  const form = useFirstInvalid(quote.error);
  const errors = quote.error instanceof ApiError ? (quote.error.problem.errors ?? {}) : {};
  const errorOf = (field: string) => errors[field]?.join(" ");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const body: QuoteRequest = { ...choice, coverage_amount: Number(amount), duration_days: Number(days), pricing, ...termsOf(choice.coverage_type, own) };
    resetBind();
    quote.mutate(body);
  };
  // A price of other terms than those on the screen would be misread, and so would what became of it; a product is also chosen elsewhere.
  const reset = useCallback(() => { resetQuote(); resetBind(); }, [resetQuote, resetBind]);
  const onAnother = useRef(reset);
  onAnother.current = () => {
    const bought = bind.isPending ? quote.variables : undefined;
    // What is being bought stays chosen, also where the address says another, as the link to this page does.
    if (bought) onChoose({ coverage_type: bought.coverage_type, chain: bought.chain, stablecoin: bought.stablecoin });
    else reset();
  };
  useEffect(() => onAnother.current(), [choice.coverage_type, choice.chain, choice.stablecoin]);
  const changed = <T,>(set: (value: T) => void) => (value: T) => { reset(); set(value); };
  const words = (of: (p: (typeof products)[number]) => string, fallback: string, name: (word: string) => string = (word) => word) =>
    [...new Set([fallback, ...products.map(of)])].map((value) => ({ value, name: name(value) }));
  return (
    <Panel title="Quote" span={5}>
      <form ref={form} className={styles.form} onSubmit={submit}>
        <Fields>
          <SelectField label="Coverage" value={choice.coverage_type} onChange={(e) => onChoose({ ...choice, coverage_type: e.target.value as CoverageType })} options={words((p) => p.coverage_type, choice.coverage_type, coverageName)} error={errorOf("coverage_type")} />
          <SelectField label="Chain" value={choice.chain} onChange={(e) => onChoose({ ...choice, chain: e.target.value as Chain })} options={words((p) => p.chain, choice.chain)} error={errorOf("chain")} />
          <SelectField label="Stablecoin" value={choice.stablecoin} onChange={(e) => onChoose({ ...choice, stablecoin: e.target.value as Stablecoin })} options={words((p) => p.stablecoin, choice.stablecoin)} error={errorOf("stablecoin")} />
        </Fields>
        {/* How much and how long is for the platform to say, whose settings these are: no bound here keeps from asking it. */}
        <Fields>
          <TextField label="Amount (USD)" hint="100 … 10,000,000 by default" type="number" step={0.01} required value={amount} onChange={(e) => changed(onAmount)(e.target.value)} error={errorOf("coverage_amount")} />
          <TextField label="Duration (days)" hint="1 … 365 by default" type="number" step={1} required value={days} onChange={(e) => changed(setDays)(e.target.value)} error={errorOf("duration_days")} />
          <SelectField label="Pricing" value={pricing} onChange={(e) => changed(setPricing)(e.target.value as Pricing)} options={[{ value: "standard", name: "Standard" }, { value: "dynamic", name: "Dynamic" }]} />
        </Fields>
        {hasOwnTerms(choice.coverage_type) && (
          <Fields>
            <TextField label="Trigger (peg ratio)" hint="0.90 … 0.99 by default" type="number" step="any" required value={own.trigger_price} onChange={(e) => changed(onOwn)({ ...own, trigger_price: e.target.value })} error={errorOf("trigger_price")} />
            <TextField label="Floor (peg ratio)" hint="0.50 … trigger − 0.01 by default" type="number" step="any" required value={own.floor_price} onChange={(e) => changed(onOwn)({ ...own, floor_price: e.target.value })} error={errorOf("floor_price")} />
            <TextField label="Dwell (hours)" hint="1 … 24 by default" type="number" step={1} required value={own.dwell_hours} onChange={(e) => changed(onOwn)({ ...own, dwell_hours: e.target.value })} error={errorOf("dwell_hours")} />
          </Fields>
        )}
        <Button type="submit" tone={quote.data ? "plain" : "primary"} busy={quote.isPending}>{quote.data ? "Quote again" : "Get a quote"}</Button>
      </form>
      {quote.isError && Object.keys(errors).length === 0 && <Failure error={quote.error} />}
      {/* Once, not with every second of the time that is left. */}
      <p className="visually-hidden" role="status">{quote.data && `The premium is ${usd(quote.data.premium)}.`}</p>
      {quote.data && <Offer key={quote.data.quote_id} quote={quote.data} bind={bind} />}
    </Panel>
  );
}

function Offer({ quote, bind }: { quote: Quote; bind: Bind }) {
  const key = useKey();
  const now = useNow();
  const [receivedAt] = useState(now);
  const left = secondsLeft(quote, now - receivedAt);
  const mayBeBought = useMayBeDone(bind);
  const { breakdown } = quote;
  const factor = breakdown.loads.reduce((all, load) => all * load.factor, 1);
  return (
    <section className={styles.offer} aria-label="The quote">
      <div className={styles.price}>
        <div>
          <p className={styles.label}>Premium</p>
          <p className={styles.premium}>{usd(quote.premium)}</p>
        </div>
        <div className={styles.label}>
          {left > 0 && <p>Holds for {duration(left)}<br />until {clockTime(quote.expires_at)}</p>}
          <p role="status">{left <= 0 && "This quote has run out."}</p>
        </div>
      </div>
      <table className={styles.breakdown}>
        <caption className="visually-hidden">How the premium comes about</caption>
        <tbody>
          <Row name={`Base rate, ${coverageName(quote.coverage_type).toLowerCase()}`} value={percent(breakdown.base_rate)} />
          <Row name={`× chain, ${quote.chain}`} value={breakdown.chain_multiplier.toFixed(2)} />
          <Row name={`+ coin, ${quote.stablecoin}`} value={percent(breakdown.stablecoin_adjustment)} />
          {breakdown.loads.map((load) => <Row key={load.name} name={`× ${plain(load.name).toLowerCase()}`} value={load.factor.toFixed(4)} />)}
          <Row name="= rate a year" value={percent(breakdown.total_rate * factor, 3)} strong />
          <Row name="× amount" value={usd(breakdown.coverage_amount)} />
          <Row name="× days / 365" value={`${breakdown.duration_days} / 365`} />
          <Row name={breakdown.minimum_applied ? "= premium, the least there is" : "= premium"} value={usd(quote.premium)} strong />
        </tbody>
      </table>
      {breakdown.stale_inputs.length > 0 && <Notice tone="caution">Made from figures that are older than they should be: {breakdown.stale_inputs.map((name) => plain(name).toLowerCase()).join(", ")}.</Notice>}
      {!quote.bindable ? (
        <Notice tone="info">{whyNotBindable(breakdown.pricing)}</Notice>
      ) : key === null ? (
        <Notice tone="info">To buy, enter a key that may write with “Key” in the top bar.</Notice>
      ) : (
        <Button
          tone="primary"
          busy={bind.isPending}
          disabled={left <= 0 && !mayBeBought}
          onClick={() => bind.mutate(quote.quote_id)}
        >
          Buy for {usd(quote.premium)}
        </Button>
      )}
      {bind.isError && <Refusal error={bind.error} />}
      {mayBeBought && <Notice tone="warning">It may have been bought all the same. Press again: this quote is bought once, however often it is asked for.</Notice>}
    </section>
  );
}

function Row({ name, value, strong = false }: { name: string; value: string; strong?: boolean }) {
  return (
    <tr data-strong={strong}>
      <th scope="row">{name}</th>
      <td>{value}</td>
    </tr>
  );
}

/** Why the pool does not take it: each check that failed, with its value and its limit. */
function Refusal({ error }: { error: Error }) {
  const checks = error instanceof ApiError ? error.problem.checks : undefined;
  if (!checks || checks.length === 0) return <Failure error={error} />;
  return (
    <div role="alert" className={styles.refusal}>
      <p><b>The pool cannot carry this policy.</b></p>
      <table className={styles.breakdown}>
        <thead>
          <tr><th scope="col">Check</th><td>With it</td><td>Limit</td></tr>
        </thead>
        <tbody>
          {checks.map((check) => {
            const [value, limit] = figuresOf(check);
            return (
              <tr key={`${check.check} ${check.subject ?? ""}`}>
                <th scope="row">{checkName(check.check)}{check.subject === null ? "" : ` · ${check.subject}`}{check.reason === null ? "" : `: ${check.reason}`}</th>
                <td>{value}</td>
                <td>{limit}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
