import { useSearchParams } from "react-router";
import { Page } from "@/shared/ui/Page";
import { Tabs } from "@/shared/ui/Tabs";
import { BridgesTab } from "./BridgesTab";
import { PlayPanel } from "./PlayPanel";
import { PricesTab } from "./PricesTab";

/** What is looked at is in the address, so that it can be sent to somebody. */
export function BridgesPage() {
  const [search, setSearch] = useSearchParams();
  const set = (values: Record<string, string>) => setSearch((known) => new URLSearchParams({ ...Object.fromEntries(known), ...values }), { replace: true });
  return (
    <Page title="Bridges and prices" lead="What the sources say of the nine bridges and the fourteen coins, how far they agree, and what follows from it.">
      <Tabs
        label="Bridges or prices"
        value={search.get("show") === "prices" ? "prices" : "bridges"}
        onChange={(show) => set({ show })}
        tabs={[
          { value: "bridges", name: "Bridges", content: <BridgesTab chosen={search.get("bridge")} onChoose={(bridge) => set({ bridge })} /> },
          { value: "prices", name: "Prices", content: <PricesTab chosen={search.get("coin")} onChoose={(coin) => set({ coin })} /> },
        ]}
      />
      <PlayPanel />
    </Page>
  );
}
