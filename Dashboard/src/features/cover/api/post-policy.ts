import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Policy } from "@/shared/api/types";

/** A quote is bound once, so its id is the idempotency key too: a repeated answer is the same policy. */
export const postPolicy = (quoteId: string) =>
  request<Policy>("/api/v2/policies", { method: "POST", body: { quote_id: quoteId }, idempotencyKey: `bind-${quoteId}` });

/** @param onBought called whatever has become of the page by then, and however long the figures take to show it */
export const useBind = (onBought: (policy: Policy) => void) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: postPolicy,
    onSuccess: (policy) => {
      for (const queryKey of [["policies"], ["pool"], ["capacity"], ["risk", "exposure"], ["tranches"]]) void queries.invalidateQueries({ queryKey });
      onBought(policy);
    },
  });
};

export type Bind = ReturnType<typeof useBind>;
