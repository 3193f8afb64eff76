import { Page } from "@/shared/ui/Page";
import { AuditPanel } from "./AuditPanel";
import { BreakerPanel } from "./BreakerPanel";
import { HealthPanel } from "./HealthPanel";
import { LinksPanel } from "./LinksPanel";
import { SourcesPanel } from "./SourcesPanel";

export function OpsPage() {
  return (
    <Page title="Operations" lead="Whether every part of the platform works, whom it hears, and what was done on it.">
      <HealthPanel />
      <BreakerPanel />
      <LinksPanel />
      <SourcesPanel />
      <AuditPanel />
    </Page>
  );
}
