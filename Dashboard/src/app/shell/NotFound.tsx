import { Compass } from "lucide-react";
import { Link } from "react-router";
import { Page } from "@/shared/ui/Page";
import { Panel } from "@/shared/ui/Panel";
import { StateMessage } from "@/shared/ui/StateMessage";

export function NotFound() {
  return (
    <Page title="Not found">
      <Panel title="No such page">
        <StateMessage icon={<Compass size={20} aria-hidden />} title="There is no page at this address" action={<Link to="/">Go to the overview</Link>} />
      </Panel>
    </Page>
  );
}
