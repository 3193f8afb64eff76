import type { ReactNode } from "react";
import { useIdentity } from "@/shared/api/get-identity";
import { useKey } from "@/shared/session/session";
import { NeedsKey, QueryState } from "./QueryState";
import { StateMessage } from "./StateMessage";

/** What operators see; others are told what it takes. */
export function ForOperators({ what, children }: {
  /** Begins a sentence: “The journal”. */
  what: string;
  children: ReactNode;
}) {
  const hasKey = useKey() !== null;
  const identity = useIdentity();
  if (!hasKey) return <NeedsKey />;
  return <QueryState query={identity}>{({ admin }) => (admin ? children : <StateMessage title="For operators" detail={`${what} needs a key with the scope “admin”.`} />)}</QueryState>;
}
