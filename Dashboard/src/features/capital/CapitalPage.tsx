import { Page } from "@/shared/ui/Page";
import { AccountPanel } from "./AccountPanel";
import { CurvesPanel } from "./CurvesPanel";
import { JournalPanel } from "./JournalPanel";
import { LedgerCheckPanel } from "./LedgerCheckPanel";
import { MovementPanel } from "./MovementPanel";
import { WaterfallPanel } from "./WaterfallPanel";

export function CapitalPage() {
  return (
    <Page title="Capital" lead="Six tranches carry what is sold: equity loses first and yields most, BTC loses last.">
      <CurvesPanel />
      <WaterfallPanel />
      <MovementPanel />
      <AccountPanel />
      <JournalPanel />
      <LedgerCheckPanel />
    </Page>
  );
}
