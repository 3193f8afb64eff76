import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Preview, PreviewRequest } from "@/shared/api/types";

export const fetchPreview = (body: PreviewRequest, signal?: AbortSignal) => request<Preview>("/api/v2/vault/preview", { method: "POST", body, signal });

export const previewQuery = (body: PreviewRequest | null) =>
  queryOptions({
    queryKey: ["vault", "preview", body],
    queryFn: ({ signal }) => {
      if (body === null) throw new Error("There is nothing to preview.");
      return fetchPreview(body, signal);
    },
    enabled: body !== null,
    refetchInterval: refreshMs,
  });

export const usePreview = (body: PreviewRequest | null) => useQuery(previewQuery(body));
