import { useState } from "react";
import { usd } from "@/shared/format/numbers";
import { dateTime } from "@/shared/format/times";
import { plain } from "@/shared/format/words";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { SelectField } from "@/shared/ui/Field";
import { ForOperators } from "@/shared/ui/ForOperators";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { useEntries } from "./api/get-entries";
import styles from "./JournalPanel.module.css";

const tranches = ["SURE_BTC", "SURE_SNR", "SURE_MEZZ", "SURE_JNR", "SURE_JNR_PLUS", "SURE_EQT"];
const accounts = ["cash", "deployed", "premium_unearned", "premium_earned", "claims_payable", "claims_reduced", "shortfall", "surplus", ...tranches.map((t) => `capital:${t}`)];

export function JournalPanel() {
  return (
    <Panel title="Journal" span={7} note="every movement, balanced, newest first" flush>
      <ForOperators what="The journal">
        <Journal />
      </ForOperators>
    </Panel>
  );
}

function Journal() {
  const [account, setAccount] = useState("");
  const entries = useEntries(account);
  return (
    <>
      <div className={styles.filter}>
        <SelectField label="Entries of account" value={account} onChange={(e) => setAccount(e.target.value)} options={[{ value: "", name: "All accounts" }, ...accounts.map((value) => ({ value, name: value }))]} />
      </div>
      <QueryState query={entries} lines={8} isEmpty={(data) => data.pages.every((p) => p.items.length === 0)}>
        {(data) => (
          <>
            <DataTable
              caption="Journal entries, newest first"
              maxHeight={26}
              rows={data.pages.flatMap((p) => p.items)}
              rowKey={(e) => e.entry_id}
              columns={[
                { name: "Time", cell: (e) => dateTime(e.occurred_at) },
                { name: "Kind", cell: (e) => plain(e.kind) },
                {
                  name: "Postings (debit +, credit −)",
                  cell: (e) => (
                    <ul className={styles.postings}>
                      {e.postings.map((p, i) => (
                        <li key={`${p.account} ${i}`}><span>{p.account}</span> <span>{usd(p.amount_usd)}</span></li>
                      ))}
                    </ul>
                  ),
                },
              ]}
            />
            {entries.hasNextPage && (
              <div className={styles.more}><Button busy={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>Show more</Button></div>
            )}
          </>
        )}
      </QueryState>
    </>
  );
}
