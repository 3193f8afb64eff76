import { Scale } from "lucide-react";
import type { LedgerCheck } from "@/shared/api/types";
import { usd } from "@/shared/format/numbers";
import { dateTime } from "@/shared/format/times";
import { plain } from "@/shared/format/words";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { ForOperators } from "@/shared/ui/ForOperators";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { Failure, Skeleton, Stale } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useLedgerCheck } from "./api/get-ledger-check";
import { exact, faultsOfLedger } from "./ledger";
import styles from "./JournalPanel.module.css";

export function LedgerCheckPanel() {
  const check = useLedgerCheck();
  const run = () => void check.refetch();
  return (
    <Panel title="Ledger check" span={5} flush note={check.data && `made ${dateTime(check.data.timestamp)}`} actions={check.data && <Button busy={check.isFetching} onClick={run}>Check again</Button>}>
      <ForOperators what="The check">
        {check.data ? (
          <>
            <div className={styles.more}>
              <Stale query={check} of="The check" />
              {/* An old check that found nothing says nothing of now. */}
              <Verdict check={check.data} holds={!check.isError} />
            </div>
            <Balances check={check.data} />
          </>
        ) : check.isFetching ? (
          <div className={styles.more}><Skeleton lines={5} /></div>
        ) : check.isError ? (
          <Failure error={check.error} retry={run} />
        ) : (
          <StateMessage icon={<Scale size={20} aria-hidden />} title="Recompute every balance" detail="Adds up the whole journal and compares." action={<Button onClick={run}>Check the ledger</Button>} />
        )}
      </ForOperators>
    </Panel>
  );
}

function Verdict({ check, holds }: { check: LedgerCheck; holds: boolean }) {
  if (!check.agrees) return <Notice tone="critical" live><b>The ledger does not agree with itself.</b> {faultsOfLedger(check).join(" ")}</Notice>;
  if (!holds) return null;
  return <Notice tone="good" live>Every balance is what the journal says, every kept figure what it counts, and all balances together are {usd(check.sum_usd)}.</Notice>;
}

function Balances({ check }: { check: LedgerCheck }) {
  return (
    <>
      <DataTable
        caption="Balances against the journal"
        maxHeight={22}
        rows={check.accounts.toSorted((a, b) => Number(a.balance_usd === a.journal_usd) - Number(b.balance_usd === b.journal_usd))}
        rowKey={(a) => a.account}
        columns={[
          { name: "Account", cell: (a) => a.account },
          { name: "Journal", numeric: true, cell: (a) => usd(a.journal_usd), sortBy: (a) => a.journal_usd },
          { name: "Balance", numeric: true, cell: (a) => (a.balance_usd === a.journal_usd ? usd(a.balance_usd) : <Badge tone="critical">{usd(a.balance_usd)}</Badge>), sortBy: (a) => a.balance_usd },
        ]}
      />
      <DataTable
        caption="Kept figures against what they count"
        maxHeight={22}
        rows={check.figures.toSorted((a, b) => Number(a.agrees) - Number(b.agrees))}
        rowKey={(f) => `${f.figure} ${f.subject ?? ""}`}
        columns={[
          { name: "Figure", cell: (f) => (f.subject === null ? plain(f.figure) : `${plain(f.figure)} · ${f.subject}`) },
          { name: "Counted", numeric: true, cell: (f) => exact(f.recomputed) },
          { name: "Kept", numeric: true, cell: (f) => (f.agrees ? exact(f.kept) : <Badge tone="critical">{exact(f.kept)}</Badge>) },
        ]}
      />
    </>
  );
}
