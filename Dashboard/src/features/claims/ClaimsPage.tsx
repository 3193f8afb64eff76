import { Page } from "@/shared/ui/Page";
import { ChainPanel } from "./ChainPanel";
import { ClaimsPanel } from "./ClaimsPanel";
import { IncidentForm } from "./IncidentForm";
import { IncidentsPanel } from "./IncidentsPanel";

export function ClaimsPage() {
  return (
    <Page title="Claims" lead="Every decision with what it rests on, checked by this browser; and the incidents that only people can see.">
      <ClaimsPanel />
      <ChainPanel />
      <IncidentsPanel />
      <IncidentForm />
    </Page>
  );
}
