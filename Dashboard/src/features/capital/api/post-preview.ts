import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Preview, PreviewRequest } from "@/shared/api/types";

export type MovementRequest = PreviewRequest & { amount_usd: number };

export const fetchPreview = (body: MovementRequest, signal?: AbortSignal) => request<Preview>("/api/v2/vault/preview", { method: "POST", body, signal });

export const previewQuery = (body: MovementRequest | null) =>
  queryOptions({
    queryKey: ["vault", "preview", body],
    queryFn: ({ signal }) => {
      if (body === null) throw new Error("There is nothing to preview.");
      return fetchPreview(body, signal);
    },
    enabled: body !== null,
  });

export const usePreview = (body: MovementRequest | null) => useQuery(previewQuery(body));
