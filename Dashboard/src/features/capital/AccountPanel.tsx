import { useState } from "react";
import { type Identity, useIdentity } from "@/shared/api/get-identity";
import { shares, usd } from "@/shared/format/numbers";
import { trancheName } from "@/shared/format/words";
import { useKey } from "@/shared/session/session";
import { DataTable } from "@/shared/ui/DataTable";
import { TextField } from "@/shared/ui/Field";
import { Panel } from "@/shared/ui/Panel";
import { NeedsKey, QueryState } from "@/shared/ui/QueryState";
import { Stat, Stats } from "@/shared/ui/Stat";
import { useSettled } from "@/shared/ui/use-settled";
import { useAccount } from "./api/get-account";
import styles from "./AccountPanel.module.css";

export function AccountPanel() {
  const hasKey = useKey() !== null;
  const identity = useIdentity();
  return (
    <Panel title="Account" span={5}>
      {hasKey ? <QueryState query={identity} lines={7}>{(who) => <Holdings identity={who} />}</QueryState> : <NeedsKey />}
    </Panel>
  );
}

function Holdings({ identity }: { identity: Identity }) {
  const [other, setOther] = useState("");
  const [named] = useSettled(other.trim());
  const account = useAccount(named || identity.subject);
  return (
    <>
      {identity.admin && <TextField label="Account" hint={`Yours (${identity.subject}) unless another is named`} value={other} onChange={(e) => setOther(e.target.value)} autoComplete="off" maxLength={256} />}
      <QueryState query={account} lines={7}>
        {(data) => (
          <>
            <Stats>
              <Stat label="Worth" value={usd(data.value_usd)} note={data.account} />
            </Stats>
            <div className={styles.flush}>
              <DataTable
                caption={`Shares of ${data.account}`}
                rows={data.tranches}
                rowKey={(t) => t.tranche_id}
                columns={[
                  { name: "Tranche", cell: (t) => trancheName(t.tranche_id) },
                  { name: "Shares", numeric: true, cell: (t) => shares(t.shares), sortBy: (t) => Number(t.shares) },
                  { name: "Worth", numeric: true, cell: (t) => usd(t.value_usd), sortBy: (t) => t.value_usd },
                ]}
              />
            </div>
          </>
        )}
      </QueryState>
    </>
  );
}
