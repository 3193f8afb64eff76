import { useState } from "react";
import { Page } from "@/shared/ui/Page";
import type { SpanName } from "@/shared/ui/spans";
import { Toggle } from "@/shared/ui/Toggle";
import { AlertsPanel } from "./AlertsPanel";
import type { Interval, Wanted } from "./api/get-statistics";
import { ClaimsPanel } from "./ClaimsPanel";
import { ConversionPanel } from "./ConversionPanel";
import { QuotesPanel } from "./QuotesPanel";
import { TopProductsPanel } from "./TopProductsPanel";

const spans: readonly { value: SpanName; name: string }[] = [
  { value: "day", name: "24 h" },
  { value: "week", name: "7 d" },
  { value: "month", name: "30 d" },
];

export function AnalyticsPage() {
  const [span, setSpan] = useState<SpanName>("day");
  const [interval, setInterval] = useState<Interval>("hour");
  const wanted: Wanted = { span, interval };
  return (
    <Page
      title="Analytics"
      lead="What is asked for, what of it is sold, how often something is wrong. Hours and days are those of UTC."
      actions={
        <>
          <Toggle label="Span" value={span} onChange={setSpan} options={spans} />
          <Toggle label="Interval" value={interval} onChange={setInterval} options={[{ value: "hour", name: "Per hour" }, { value: "day", name: "Per day" }]} />
        </>
      }
    >
      <QuotesPanel wanted={wanted} />
      <ConversionPanel wanted={wanted} />
      <TopProductsPanel wanted={wanted} />
      <AlertsPanel wanted={wanted} />
      <ClaimsPanel wanted={wanted} />
    </Page>
  );
}
