import { Page } from "@/shared/ui/Page";
import { ActiveAlerts } from "./ActiveAlerts";
import { LiveFeed } from "./LiveFeed";
import { PoolPanel } from "./PoolPanel";
import { PoolTrend } from "./PoolTrend";
import { TopProducts } from "./TopProducts";
import { TrancheYields } from "./TrancheYields";
import { WorstBridges } from "./WorstBridges";

export function OverviewPage() {
  return (
    <Page title="Overview" lead="The pool, what it has sold, and what threatens it – as it is now.">
      <PoolPanel />
      <ActiveAlerts />
      <PoolTrend />
      <TrancheYields />
      <WorstBridges />
      <TopProducts />
      <LiveFeed />
    </Page>
  );
}
