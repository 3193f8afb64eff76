import { useRouteError } from "react-router";
import { Page } from "@/shared/ui/Page";
import { Panel } from "@/shared/ui/Panel";
import { Failure } from "@/shared/ui/QueryState";

/** A page that could not be loaded or drawn. The bar stays, and so do the other pages. */
export function PageFailure() {
  const error = useRouteError();
  return (
    <Page title="This page failed">
      <Panel title="What happened">
        <Failure error={error instanceof Error ? error : new Error(String(error))} retry={() => location.reload()} />
      </Panel>
    </Page>
  );
}
