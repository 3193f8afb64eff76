import { ShieldAlert, ShieldCheck } from "lucide-react";
import { saveText } from "@/shared/api/download";
import { count } from "@/shared/format/numbers";
import { Button } from "@/shared/ui/Button";
import { DataTable } from "@/shared/ui/DataTable";
import { Notice } from "@/shared/ui/Notice";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useChain } from "./api/get-evidence";
import { faultsOfChain } from "./evidence/chain";

/** The public list of hashes. Whoever keeps a copy can tell later that nothing was changed. */
export function ChainPanel() {
  const chain = useChain();
  return (
    <Panel
      title="Evidence chain"
      span={4}
      note={chain.data?.more ? "public; newest of those read first" : "public; newest first"}
      actions={chain.data && chain.data.links.length > 0 && <Button onClick={() => saveText(JSON.stringify({ items: chain.data.links }, null, 2), "evidence-chain.json", "application/json")}>Keep a copy</Button>}
    >
      <QueryState
        query={chain}
        lines={6}
        isEmpty={(data) => data.links.length === 0 && data.changed === null}
        empty={<StateMessage title="No decision yet" detail="The first one begins the chain; each later one carries the hash of the one before." />}
      >
        {({ links, more, changed }) => {
          const faults = faultsOfChain(links);
          if (changed !== null) faults.push(`Decision ${changed} is not published any more as this page read it before.`);
          return (
            <>
              {faults.length === 0 ? (
                <Notice tone="good" icon={<ShieldCheck size={16} aria-hidden />}>
                  {count(links.length)} {links.length === 1 ? "decision, linked" : "decisions, each linked"} to the one before without a gap. Checked here.{more && toCome}
                </Notice>
              ) : (
                <Notice tone="critical" icon={<ShieldAlert size={16} aria-hidden />} live>
                  <b>The chain is broken.</b> {faults.slice(0, 3).join(" ")}
                  {faults.length > 3 && ` And ${faults.length - 3} more.`}
                  {more && toCome}
                </Notice>
              )}
              <DataTable
                caption="Hashes of decisions, newest first"
                rows={links.toReversed().slice(0, shown)}
                rowKey={(link) => String(link.number)}
                maxHeight={20}
                columns={[
                  { name: "No.", numeric: true, cell: (link) => link.number },
                  { name: "Hash", cell: (link) => <code title={link.hash}>{link.hash.slice(0, 16)}…</code> },
                  { name: "Built on", cell: (link) => <code title={link.previous_hash}>{link.previous_hash.slice(0, 8)}…</code> },
                ]}
              />
            </>
          );
        }}
      </QueryState>
    </Panel>
  );
}

/** The chain is longer than what is read at once. */
const toCome = " These are the oldest: the decisions after them are read bit by bit, some every minute.";
/** All are checked; so many are listed. */
const shown = 200;
