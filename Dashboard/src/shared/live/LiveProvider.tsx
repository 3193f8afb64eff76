import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { RealtimeClient } from "@/realtime";
import { currentKey } from "@/shared/session/session";
import { Live } from "./live";

const LiveContext = createContext<Live | null>(null);

const socketUrl = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;

export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [live] = useState(() => new Live(queries, new RealtimeClient({ url: socketUrl(), token: currentKey })));
  useEffect(() => live.start(), [live]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

function useLive() {
  const live = useContext(LiveContext);
  if (!live) throw new Error("LiveProvider is missing above this component.");
  return live;
}

/** The connection and what came over it. */
export function useLiveSnapshot() {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, live.snapshot);
}

/** How the connection is, without drawing anew for each message. */
export function useConnection() {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => live.snapshot().connection);
}
