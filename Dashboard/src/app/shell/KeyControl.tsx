import { useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { identityQuery, useIdentity } from "@/shared/api/get-identity";
import { couldBeKey, setKey, useKey } from "@/shared/session/session";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { TextField } from "@/shared/ui/Field";
import { Facts } from "@/shared/ui/Stat";
import { useFirstInvalid } from "@/shared/ui/use-first-invalid";
import styles from "./KeyControl.module.css";

/** Who one is, and how to become somebody. */
export function KeyControl() {
  const key = useKey();
  const identity = useIdentity();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-haspopup="dialog" className={styles.button ?? ""}>
        <KeyRound size={16} aria-hidden />
        <span>{key === null ? "Key" : (identity.data?.subject ?? (identity.isError ? "Key?" : "…"))}</span>
      </Button>
      <Dialog title={key === null ? "Enter a key" : "Your key"} open={open} onClose={() => setOpen(false)}>
        {key === null ? <KeyForm onDone={() => setOpen(false)} /> : <Known />}
      </Dialog>
    </>
  );
}

function KeyForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useFirstInvalid(error);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = text.trim();
    if (!couldBeKey(typed)) {
      setError("A character in it is in no key, perhaps one that is not seen. Copy the key again.");
      return;
    }

    setBusy(true);
    setError(undefined);
    try {
      // Nobody goes on with a key that does not work.
      await queries.query(identityQuery(typed));
      setKey(typed);
      void queries.invalidateQueries();
      onDone();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form ref={form} className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextField
        label="API key"
        hint="Kept in this tab until it is closed; sent to this platform only."
        error={error}
        value={text}
        onChange={(event) => setText(event.target.value)}
        type="password"
        autoComplete="off"
        spellCheck={false}
        required
      />
      <Button type="submit" tone="primary" busy={busy} disabled={text.trim() === ""}>Use this key</Button>
    </form>
  );
}

function Known() {
  const key = useKey();
  const identity = useIdentity();
  return (
    <>
      <Facts
        rows={[
          ["Acts for", identity.data?.subject ?? (identity.error ? identity.error.message : "…")],
          ["Operator", identity.data ? <Badge tone={identity.data.admin ? "info" : "neutral"}>{identity.data.admin ? "Yes" : "No"}</Badge> : "…"],
          ["Key", <code key="key">{`${key?.slice(0, 12) ?? ""}…`}</code>],
        ]}
      />
      <Button
        onClick={() => {
          setKey(null);
          // Nothing that only the key could see stays behind, in no cache and on no page.
          location.reload();
        }}
      >
        Forget the key
      </Button>
    </>
  );
}
