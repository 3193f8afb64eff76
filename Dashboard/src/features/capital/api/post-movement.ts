import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Movement } from "@/shared/api/types";
import type { MovementRequest } from "./post-preview";

/** `idempotencyKey` is that of one intention: pressed twice, or sent again after no answer, it is still done once. */
type Sent = MovementRequest & { idempotencyKey: string };

export const postMovement = ({ direction, idempotencyKey, ...body }: Sent) =>
  request<Movement>(`/api/v2/vault/${direction}`, { method: "POST", body, idempotencyKey });

export const useMovement = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: postMovement,
    onSuccess: () => Promise.all([["vault"], ["pool"], ["tranches"], ["ledger"], ["capacity"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
};
