import { Scale } from "lucide-react";
import { useIdentity } from "@/shared/api/get-identity";
import { usd } from "@/shared/format/numbers";
import { dateTime } from "@/shared/format/times";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { Failure, Skeleton } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useLedgerCheck } from "./api/get-ledger-check";
import styles from "./JournalPanel.module.css";

export function LedgerCheckPanel() {
  const isAdmin = useIdentity().data?.admin === true;
  const check = useLedgerCheck();
  const run = () => void check.refetch();
  return (
    <Panel title="Ledger check" span={5} flush note={check.data && `made ${dateTime(check.data.timestamp)}`} actions={check.data && <Button busy={check.isFetching} onClick={run}>Check again</Button>}>
      {!isAdmin ? (
        <StateMessage title="For operators" detail="The check needs a key with the scope “admin”." />
      ) : check.data ? (
        <>
          <div className={styles.more}>
            {check.data.agrees ? (
              <Notice tone="good" live>Every balance is what the journal says, and all of them together are {usd(check.data.sum_usd)}.</Notice>
            ) : (
              <Notice tone="critical" live><b>Balances and journal disagree.</b> What differs is marked below.</Notice>
            )}
          </div>
          <DataTable
            caption="Balances against the journal"
            maxHeight={22}
            rows={check.data.accounts}
            rowKey={(a) => a.account}
            columns={[
              { name: "Account", cell: (a) => a.account },
              { name: "Journal", numeric: true, cell: (a) => usd(a.journal_usd), sortBy: (a) => a.journal_usd },
              { name: "Balance", numeric: true, cell: (a) => (a.balance_usd === a.journal_usd ? usd(a.balance_usd) : <Badge tone="critical">{usd(a.balance_usd)}</Badge>), sortBy: (a) => a.balance_usd },
            ]}
          />
        </>
      ) : check.isFetching ? (
        <div className={styles.more}><Skeleton lines={5} /></div>
      ) : check.isError ? (
        <Failure error={check.error} retry={run} />
      ) : (
        <StateMessage icon={<Scale size={20} aria-hidden />} title="Recompute every balance" detail="Adds up the whole journal and compares." action={<Button onClick={run}>Check the ledger</Button>} />
      )}
    </Panel>
  );
}
