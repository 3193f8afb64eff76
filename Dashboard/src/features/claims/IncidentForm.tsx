import { type SubmitEvent, useRef, useState } from "react";
import { useIdentity } from "@/shared/api/get-identity";
import { useMayBeDone } from "@/shared/api/use-may-be-done";
import { Button } from "@/shared/ui/Button";
import { isDeliberate } from "@/shared/ui/deliberate";
import { SelectField, TextField } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { Failure } from "@/shared/ui/QueryState";
import { useFirstInvalid } from "@/shared/ui/use-first-invalid";
import { useProductMatrix } from "./api/get-product-matrix";
import { useRecordIncident } from "./api/incidents";
import { type DraftFaults, type IncidentDraft, readDraft } from "./incident";
import styles from "./IncidentForm.module.css";

const empty: IncidentDraft = { coverageType: "smart_contract", chain: "Ethereum", stablecoin: "USDC", occurredAt: "", evidenceUrl: "", lossPercent: "" };
/** The only chain whose bridges nobody monitors: elsewhere an operator confirms the exploit of the bridge instead. */
const unmonitoredChain = "Optimism";

export function IncidentForm() {
  const identity = useIdentity().data;
  if (identity?.admin !== true) return null;
  return (
    <Panel title="Record an incident" span={4} note="another operator must confirm it">
      <Form />
    </Panel>
  );
}

function Form() {
  const record = useRecordIncident();
  const mayBeRecorded = useMayBeDone(record);
  // The rest of a double click falls on a form that is empty by then, and is no attempt; what follows a change is one.
  const doneAt = useRef(-Infinity);
  const matrix = useProductMatrix().data;
  const [draft, setDraft] = useState(empty);
  const [faults, setFaults] = useState<DraftFaults>({});
  const [refusals, setRefusals] = useState(0);
  const form = useFirstInvalid(refusals);
  const isContract = draft.coverageType === "smart_contract";
  const change = (changes: Partial<IncidentDraft>) => {
    // What became of the last one is not said of this one.
    record.reset();
    doneAt.current = -Infinity;
    setDraft((known) => ({ ...known, ...changes }));
    // What was said about these fields is no longer true.
    setFaults((known) => Object.fromEntries(Object.entries(known).filter(([field]) => !(field in changes))));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isDeliberate(doneAt.current, event.timeStamp)) return;
    record.reset();
    const read = readDraft(draft, Date.now() / 1_000);
    if ("faults" in read) {
      setFaults(read.faults);
      setRefusals((known) => known + 1);
    } else {
      record.mutate(read.request, {
        onSuccess: () => {
          doneAt.current = performance.now();
          setDraft(empty);
        },
      });
    }
  };
  return (
    <form ref={form} className={styles.form} onSubmit={submit} noValidate>
      {/* What is under way is not changed. */}
      <fieldset className={styles.form} disabled={record.isPending} aria-label="Incident">
        <SelectField
          label="Cover"
          value={draft.coverageType}
          onChange={(e) => change(e.target.value === "bridge" ? { coverageType: "bridge", chain: unmonitoredChain } : { coverageType: "smart_contract" })}
          options={[{ value: "smart_contract", name: "Smart contract" }, { value: "bridge", name: `Bridge of ${unmonitoredChain}` }]}
        />
        {isContract && (
          <>
            <SelectField label="Chain" value={draft.chain} onChange={(e) => change({ chain: e.target.value })} options={(matrix?.chains ?? [draft.chain]).map((value) => ({ value, name: value }))} />
            <SelectField label="Stablecoin" value={draft.stablecoin} onChange={(e) => change({ stablecoin: e.target.value })} options={(matrix?.stablecoins ?? [draft.stablecoin]).map((value) => ({ value, name: value }))} />
          </>
        )}
        <TextField label="Occurred" hint="your own time" type="datetime-local" error={faults.occurredAt} value={draft.occurredAt} onChange={(e) => change({ occurredAt: e.target.value })} />
        <TextField label="Evidence" hint="an address where it can be looked up" type="url" error={faults.evidenceUrl} value={draft.evidenceUrl} onChange={(e) => change({ evidenceUrl: e.target.value })} />
        {isContract && <TextField label="Loss (%)" hint="of the cover, above 0 to 100" inputMode="decimal" error={faults.lossPercent} value={draft.lossPercent} onChange={(e) => change({ lossPercent: e.target.value })} />}
      </fieldset>
      <Button type="submit" tone="primary" busy={record.isPending}>Record it</Button>
      {record.isError && <Failure error={record.error} />}
      {mayBeRecorded && <Notice tone="warning" live>It may have been recorded all the same: look in the list before you press again.</Notice>}
      {record.isSuccess && <Notice tone="good" live>Recorded. Nothing of it is sold until it is decided.</Notice>}
    </form>
  );
}
