import { queryOptions, useQuery } from "@tanstack/react-query";
import { ApiError, request } from "@/shared/api/client";

/** Where the operator keeps what the platform tells of itself; null where nothing is configured. */
export interface Links {
  traces_url: string | null;
  metrics_url: string | null;
  logs_url: string | null;
}

const none: Links = { traces_url: null, metrics_url: null, logs_url: null };

/** Settings of the gateway that serves this page; one that serves no pages, as behind `npm run dev`, has none. */
export async function fetchLinks(signal?: AbortSignal): Promise<Links> {
  try {
    return await request<Links>("/links.json", { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return none;
    throw error;
  }
}

export const linksQuery = () => queryOptions({ queryKey: ["links"], queryFn: ({ signal }) => fetchLinks(signal), staleTime: Infinity });

export const useLinks = () => useQuery(linksQuery());
