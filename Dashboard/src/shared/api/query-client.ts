import { QueryClient } from "@tanstack/react-query";
import { ApiError, Unreachable } from "./client";

/** Live figures come over the WebSocket; this is only how long a page that heard nothing goes without asking. Never below 30 s. */
export const refreshMs = 60_000;
/** What changes with every cycle and has no channel: prices. */
export const quickRefreshMs = 30_000;

const retries = 2;

/** What is refused is refused again; what was waited for in vain has been waited for long enough. */
const isWorthAnother = (error: Error) => (error instanceof ApiError ? error.status >= 500 : !(error instanceof Unreachable && error.tooLate));

export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // Timers rest while nobody looks: what is older than this is read anew when somebody looks again.
        staleTime: 20_000,
        // Cut off from the platform is not the same as the browser being offline: the platform may be on this machine.
        networkMode: "always",
        retry: (failures, error) => failures < retries && isWorthAnother(error),
        retryDelay: (attempt, error) => (error instanceof ApiError && error.retryAfter !== undefined ? error.retryAfter * 1_000 : 500 * 2 ** attempt),
      },
      mutations: { networkMode: "always" },
    },
  });
