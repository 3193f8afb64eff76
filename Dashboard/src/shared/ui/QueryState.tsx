import type { UseQueryResult } from "@tanstack/react-query";
import { CircleAlert, KeyRound, PlugZap } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError, Unreachable } from "@/shared/api/client";
import { clockTime, dateTime } from "@/shared/format/times";
import { useKey } from "@/shared/session/session";
import { Button } from "./Button";
import styles from "./QueryState.module.css";
import { StateMessage } from "./StateMessage";

/**
 * What a panel shows of an answer, whatever became of it: a skeleton while it is awaited, the figures when they are there – marked as
 * old when they could not be read anew –, what is missing when there are none, and what went wrong with a way to try again.
 */
export function QueryState<T>({ query, children, empty, isEmpty, lines = 4 }: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  /** Shown where `isEmpty` holds. */
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  /** How tall the skeleton is. */
  lines?: number;
}) {
  const hasKey = useKey() !== null;
  if (query.data !== undefined) {
    return (
      <>
        <Stale query={query} />
        {isEmpty?.(query.data) === true ? (empty ?? <StateMessage title="Nothing here yet" />) : children(query.data)}
      </>
    );
  }

  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  // Nothing is asked without a key; with one, it waits for something else.
  if (query.fetchStatus === "idle" && !hasKey) return <NeedsKey />;
  return <Skeleton lines={lines} />;
}

/** Says of figures that they could not be read anew, or not at all; nothing where they were. @param props.of what they are, beside others that may be newer */
export function Stale({ query, of = "Figures" }: { query: UseQueryResult; of?: string }) {
  if (!query.isError) return null;
  return (
    <p className={styles.stale} role="status">
      <PlugZap size={14} aria-hidden />
      <span>
        {of} {query.data === undefined ? "not known" : <>as of <time>{clockTime(query.dataUpdatedAt / 1_000)}</time>; not refreshed since</>}: {sentence(query.error)}
      </span>
    </p>
  );
}

/** What went wrong, in the platform's own sentence, and a way to try again. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  if (error instanceof ApiError && error.status === 401) return <NeedsKey refused />;
  const icon = error instanceof Unreachable ? <PlugZap size={20} aria-hidden /> : <CircleAlert size={20} aria-hidden />;
  return (
    <StateMessage
      icon={icon}
      tone="critical"
      title={titleOf(error)}
      detail={
        <>
          {sentence(error)}
          {error instanceof ApiError && error.problem.trace_id !== undefined && (
            <span className={styles.trace}>Trace {error.problem.trace_id} · {dateTime(Date.now() / 1_000)}</span>
          )}
        </>
      }
      action={retry && <Button onClick={retry}>Try again</Button>}
    />
  );
}

export function NeedsKey({ refused = false }: { refused?: boolean }) {
  return (
    <StateMessage
      icon={<KeyRound size={20} aria-hidden />}
      // What was asked for with a key failed; where none was entered nothing has.
      tone={refused ? "critical" : "calm"}
      title={refused ? "The key is not accepted" : "A key is needed"}
      detail={refused ? "It is unknown, revoked or past its end. Enter another with “Key” in the top bar." : "Enter your API key with “Key” in the top bar to see this."}
    />
  );
}

export function Skeleton({ lines }: { lines: number }) {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}

const titleOf = (error: Error) => {
  if (error instanceof Unreachable) return "Not reachable";
  if (!(error instanceof ApiError)) return "Something went wrong on this page";
  switch (error.status) {
    case 403: return "Not allowed";
    case 404: return "Not found";
    case 429: return "Too many requests";
    default: return error.status >= 500 ? "The platform cannot answer this now" : "Refused";
  }
};

function sentence(error: Error): string {
  if (error instanceof ApiError || error instanceof Unreachable) return error.message;
  return `${error.name}: ${error.message}`;
}
