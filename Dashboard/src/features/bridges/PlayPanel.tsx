import { type SubmitEvent, useState } from "react";
import { useBridges } from "@/shared/api/get-bridges";
import { useIdentity } from "@/shared/api/get-identity";
import { clockTime, duration } from "@/shared/format/times";
import { useKey } from "@/shared/session/session";
import { Button } from "@/shared/ui/Button";
import { Fields, SelectField, TextField } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { Failure, QueryState } from "@/shared/ui/QueryState";
import { type Market, useMarket, usePlayEvent } from "./api/play-market";
import { readSpeed } from "./speed";
import styles from "./PlayPanel.module.css";

/** Only where the market is simulated and the reader may change it. */
export function PlayPanel() {
  const key = useKey();
  const identity = useIdentity().data;
  const simulated = useBridges().data?.bridges.some((b) => b.data_source === "simulated") === true;
  const operator = key !== null && identity?.admin === true;
  const market = useMarket(operator && simulated);
  if (!operator || !simulated) return null;
  return (
    <Panel title="Play an event" note="on the simulated market, in place of any other">
      <QueryState query={market} lines={4}>
        {(data) => <PlayForm market={data} />}
      </QueryState>
    </Panel>
  );
}

function PlayForm({ market }: { market: Market }) {
  const play = usePlayEvent();
  const [event, setEvent] = useState(market.events[0]?.event ?? "");
  const [speed, setSpeed] = useState("60");
  const chosen = market.events.find((e) => e.event === event);
  const wanted = readSpeed(speed);
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    if (wanted !== null) play.mutate({ event, speed: wanted });
  };
  return (
    <>
      {market.playing && (
        <Notice tone="caution" live>
          <b>{market.playing.event}</b> plays at {market.playing.speed} times its speed since {clockTime(market.playing.started_at)}; the last of it comes at {clockTime(market.playing.ends_at)}, and the market
          then finds its way back.
        </Notice>
      )}
      <form className={styles.form} onSubmit={submit}>
        <Fields>
          <SelectField label="Event" value={event} onChange={(e) => setEvent(e.target.value)} options={market.events.map((e) => ({ value: e.event, name: e.event }))} />
          <TextField
            label="Speed"
            hint="times as fast as it happened, 0.1 … 10,000"
            error={wanted === null ? "A number from 0.1 to 10,000." : undefined}
            inputMode="decimal"
            value={speed}
            onChange={(e) => setSpeed(e.target.value)}
          />
        </Fields>
        {chosen && (
          <p className={styles.description}>
            {chosen.description} Its course is {chosen.course}; it lasts {duration(chosen.duration_seconds)}
            {wanted !== null && `, at this speed ${duration(chosen.duration_seconds / wanted)}`}.
          </p>
        )}
        <Button type="submit" tone="primary" busy={play.isPending} disabled={wanted === null || event === ""}>Play it</Button>
      </form>
      {play.isError && <Failure error={play.error} />}
    </>
  );
}
