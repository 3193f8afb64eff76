import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Policy } from "@/shared/api/types";

/** A quote is bound once, so its id is the idempotency key too: a repeated answer is the same policy. */
export const postPolicy = (quoteId: string) =>
  request<Policy>("/api/v2/policies", { method: "POST", body: { quote_id: quoteId }, idempotencyKey: `bind-${quoteId}` });

export const useBind = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: postPolicy,
    onSuccess: () => Promise.all([["policies"], ["pool"], ["capacity"], ["risk", "exposure"], ["tranches"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
};
