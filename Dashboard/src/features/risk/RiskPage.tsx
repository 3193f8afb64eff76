import { useState } from "react";
import { useSnapshot } from "@/shared/api/get-snapshot";
import { Page } from "@/shared/ui/Page";
import { Toggle } from "@/shared/ui/Toggle";
import { ContributionsPanel } from "./ContributionsPanel";
import { CorrelationPanel } from "./CorrelationPanel";
import { ExposurePanel } from "./ExposurePanel";
import { LimitsPanel } from "./LimitsPanel";
import { LossPanel } from "./LossPanel";
import { ModelCheckPanel } from "./ModelCheckPanel";
import { ReverseStressPanel } from "./ReverseStressPanel";
import { SnapshotHistoryPanel } from "./SnapshotHistoryPanel";
import { StressPanel } from "./StressPanel";
import { TrancheRiskPanel } from "./TrancheRiskPanel";

const horizons = [
  { value: "1", name: "1 day" },
  { value: "30", name: "30 days" },
  { value: "365", name: "1 year" },
] as const;

type Days = (typeof horizons)[number]["value"];

export function RiskPage() {
  const snapshot = useSnapshot();
  const [days, setDays] = useState<Days>("365");
  return (
    <Page
      title="Risk"
      lead="What the book could lose, to what, and who would bear it – by simulation, by scenario, and against what was really lost."
      actions={<Toggle label="Horizon of the simulation" value={days} onChange={setDays} options={horizons} />}
    >
      <LossPanel snapshot={snapshot} days={Number(days)} />
      <LimitsPanel />
      <ExposurePanel snapshot={snapshot} />
      <ContributionsPanel snapshot={snapshot} days={Number(days)} />
      <TrancheRiskPanel snapshot={snapshot} days={Number(days)} />
      <ModelCheckPanel />
      <StressPanel snapshot={snapshot} />
      <ReverseStressPanel snapshot={snapshot} />
      <CorrelationPanel snapshot={snapshot} />
      <SnapshotHistoryPanel />
    </Page>
  );
}
