import { type SubmitEvent, useRef, useState } from "react";
import { ApiError } from "@/shared/api/client";
import { useIdentity } from "@/shared/api/get-identity";
import { useTranches } from "@/shared/api/get-tranches";
import type { PoolEffect, Preview, PreviewRequest, TrancheId } from "@/shared/api/types";
import { useMayBeDone } from "@/shared/api/use-may-be-done";
import { inPercent, percent, shares, shortUsd, usd } from "@/shared/format/numbers";
import { dateTime } from "@/shared/format/times";
import { trancheName } from "@/shared/format/words";
import { keyId, useKey } from "@/shared/session/session";
import { Button } from "@/shared/ui/Button";
import { isDeliberate } from "@/shared/ui/deliberate";
import { Fields, SelectField, TextField } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { Failure, NeedsKey, QueryState, Skeleton, Stale } from "@/shared/ui/QueryState";
import { Toggle } from "@/shared/ui/Toggle";
import { useFirstInvalid } from "@/shared/ui/use-first-invalid";
import { useSettled } from "@/shared/ui/use-settled";
import { useAccount } from "./api/get-account";
import { usePreview } from "./api/post-preview";
import { type Booked, useMovement } from "./api/post-movement";
import styles from "./MovementPanel.module.css";

const verbs = { deposit: ["Deposit", "Deposited"], withdraw: ["Withdraw", "Withdrew"] } as const;

export function MovementPanel() {
  const key = useKey();
  return (
    <Panel title="Deposit and withdraw" span={7}>
      {/* What one wanted is not asked for by the next. */}
      {key !== null ? <MovementForm key={keyId(key)} /> : <NeedsKey />}
    </Panel>
  );
}

function MovementForm() {
  const tranches = useTranches().data?.tranches ?? [];
  const [direction, setDirection] = useState<Preview["direction"]>("deposit");
  const [tranche, setTranche] = useState<TrancheId>("SURE_EQT");
  const [amount, setAmount] = useState("1000");
  const [whole, setWhole] = useState(false);
  // An amount is rounded to cents; only shares leave nothing behind.
  const all = direction === "withdraw" && whole;
  const identity = useIdentity();
  const account = useAccount(identity.data?.subject);
  const held = account.data?.tranches.find((t) => t.tranche_id === tranche)?.shares;
  // All shares are all only by a present reading.
  const reading = identity.data === undefined ? identity : account;
  const quantity = Number(all ? held : amount);
  // Whether an amount is a good one the platform says; of no shares there is nothing to ask.
  const isAskable = Number.isFinite(quantity) && (all ? quantity > 0 : amount.trim() !== "");
  const typed: PreviewRequest | null = isAskable ? { direction, tranche_id: tranche, ...(all ? { shares: held ?? null } : { amount_usd: quantity }) } : null;
  const [settled, isPresent] = useSettled(typed);
  const preview = usePreview(settled);
  const movement = useMovement();
  const mayBeBooked = useMayBeDone(movement);
  // The rest of a double click, which falls on a button that is free again, books nothing; what is changed first is no rest.
  const doneAt = useRef(-Infinity);
  const changed = <T,>(set: (value: T) => void) => (value: T) => {
    movement.reset();
    doneAt.current = -Infinity;
    set(value);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    // What may be booked is asked for as it was: booked, it has changed what is held.
    const wanted = mayBeBooked ? movement.variables : typed;
    if (!wanted || !isDeliberate(doneAt.current, event.timeStamp)) return;
    movement.mutate(wanted, { onSuccess: () => { doneAt.current = performance.now(); } });
  };
  const form = useFirstInvalid(movement.error);
  const errors = movement.error instanceof ApiError ? movement.error.problem.errors : undefined;
  return (
    <>
      <form ref={form} className={styles.form} onSubmit={submit}>
        {/* What is under way is not changed. */}
        <fieldset className={styles.fields} disabled={movement.isPending} aria-label="Movement">
          <Toggle label="Direction" value={direction} onChange={changed(setDirection)} options={[{ value: "deposit", name: "Deposit" }, { value: "withdraw", name: "Withdraw" }]} />
          <Fields>
            <SelectField label="Tranche" value={tranche} onChange={(e) => changed(setTranche)(e.target.value as TrancheId)} options={(tranches.length > 0 ? tranches.map((t) => t.tranche_id) : [tranche]).map((value) => ({ value, name: trancheName(value) }))} />
            {!all && <TextField label="Amount (USD)" hint={direction === "deposit" ? "100 or more by default" : "at most what you hold"} type="number" step={0.01} required value={amount} onChange={(e) => changed(setAmount)(e.target.value)} error={errors?.["amount_usd"]?.join(" ")} />}
          </Fields>
          {direction === "withdraw" && <Toggle label="How much" value={all ? "all" : "amount"} onChange={changed((much) => setWhole(much === "all"))} options={[{ value: "amount", name: "An amount" }, { value: "all", name: "All shares" }]} />}
        </fieldset>
        {mayBeBooked ? (
          <Notice tone="warning" live>It may have been booked all the same. Press again: it is booked once, however often it is asked for.</Notice>
        ) : (
          <>
            {all && <Stale query={reading} of="Your shares" />}
            {all && held !== undefined && typed === null && <Notice tone="info">You hold no shares of {trancheName(tranche)}.</Notice>}
            {/* Never the effect of another movement than the one that the button names. */}
            {typed && (isPresent ? <QueryState query={preview} lines={7}>{(data) => <Effect preview={data} />}</QueryState> : <Skeleton lines={7} />)}
          </>
        )}
        <Button type="submit" tone="primary" busy={movement.isPending} disabled={!mayBeBooked && ((all && (typed === null || reading.isFetching || reading.isError)) || (isPresent && preview.data?.refusal != null))}>
          {verbs[direction][0]} {all ? "all shares" : usd(quantity || null)}
        </Button>
      </form>
      {movement.data && <Done booked={movement.data} verb={verbs[direction][1]} />}
      {movement.isError && <Failure error={movement.error} />}
    </>
  );
}

function Done({ booked, verb }: { booked: Booked; verb: string }) {
  const what = `${usd(booked.amount_usd)}: ${shares(booked.shares)} shares of ${trancheName(booked.tranche_id)} at $${booked.share_price.slice(0, 10)}.`;
  if (booked.earlier === null) return <Notice tone="good" live>Booked once, at {dateTime(booked.timestamp)}, now or by an earlier attempt. {verb} {what}</Notice>;
  return booked.earlier ? (
    <Notice tone="warning" live>This was booked already at {dateTime(booked.timestamp)}; nothing new was done. Press again for another. {verb} then {what}</Notice>
  ) : (
    <Notice tone="good" live>{verb} {what}</Notice>
  );
}

/** What it would do to the pool and to the tranche, before anything is done. */
function Effect({ preview }: { preview: Preview }) {
  if (preview.refusal !== null) return <Notice tone="warning">It would be refused: {preview.refusal.detail}</Notice>;
  const { before, after } = preview;
  if (after === null) return null;
  const own = (effect: PoolEffect) => effect.tranches.find((t) => t.tranche_id === preview.tranche_id);
  const rows = [
    ["LTV of the pool", percent(before.ltv), percent(after.ltv)],
    ["Reserve ratio", percent(before.reserve_ratio), percent(after.reserve_ratio)],
    ["Liquid reserves", shortUsd(before.liquid_reserves_usd), shortUsd(after.liquid_reserves_usd)],
    ["Utilization of the tranche", percent(own(before)?.utilization), percent(own(after)?.utilization)],
    ["Target APY of the tranche", inPercent(own(before)?.apy), inPercent(own(after)?.apy)],
    ["Realised by it in 30 d", inPercent(own(before)?.realised_apy_30d), inPercent(own(after)?.realised_apy_30d)],
  ] as const;
  return (
    <table className={styles.effect}>
      <caption>
        {preview.direction === "deposit" ? "Mints" : "Burns"} {shares(preview.shares)} shares at ${preview.share_price.slice(0, 10)} for {preview.account}{preview.direction === "withdraw" && <> and pays {usd(preview.amount_usd)}</>}
      </caption>
      <thead>
        <tr><td /><th scope="col">Now</th><th scope="col">After</th></tr>
      </thead>
      <tbody>
        {rows.map(([name, now, then]) => (
          <tr key={name} data-changed={now !== then}>
            <th scope="row">{name}</th>
            <td>{now}</td>
            <td>{then}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
