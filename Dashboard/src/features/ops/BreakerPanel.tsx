import { CircleCheck, OctagonX } from "lucide-react";
import { useIdentity } from "@/shared/api/get-identity";
import { usePool } from "@/shared/api/get-pool";
import { dateTime } from "@/shared/format/times";
import { Decision } from "@/shared/ui/Decision";
import { Panel } from "@/shared/ui/Panel";
import { Failure, QueryState } from "@/shared/ui/QueryState";
import { StateMessage } from "@/shared/ui/StateMessage";
import { useResetBreaker } from "./api/reset-breaker";

export function BreakerPanel() {
  const pool = usePool();
  const isAdmin = useIdentity().data?.admin === true;
  return (
    <Panel title="Circuit breaker" span={4}>
      <QueryState query={pool} lines={3}>
        {({ circuit_breaker: breaker }) =>
          breaker.open ? (
            <StateMessage
              tone="critical"
              icon={<OctagonX size={20} aria-hidden />}
              title={`Open since ${dateTime(breaker.since)}`}
              detail={`${breaker.reason ?? ""} New policies and withdrawals stop; deposits and claims go on.`}
              action={isAdmin && <Reset />}
            />
          ) : (
            <StateMessage tone="good" icon={<CircleCheck size={20} aria-hidden />} title="Closed" detail="Policies are sold and withdrawals made. Large losses open it." />
          )
        }
      </QueryState>
    </Panel>
  );
}

function Reset() {
  const reset = useResetBreaker();
  return (
    <>
      <Decision ask="Reset it…" confirm="Reset: sales and withdrawals go on" busy={reset.isPending} onConfirm={() => reset.mutate()}>
        What has opened it may still be so. Sales and withdrawals begin again at once.
      </Decision>
      {reset.isError && <Failure error={reset.error} />}
    </>
  );
}
