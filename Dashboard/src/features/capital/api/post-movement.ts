import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Movement } from "@/shared/api/types";
import { Intentions } from "../intentions";
import type { MovementRequest } from "./post-preview";

export const postMovement = ({ direction, ...body }: MovementRequest, idempotencyKey: string) =>
  request<Movement>(`/api/v2/vault/${direction}`, { method: "POST", body, idempotencyKey });

/** They outlive the form: somebody may look at another page while nobody knows what became of a movement. */
const intentions = new Intentions();

export const useMovement = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (movement: MovementRequest) => intentions.once(movement, postMovement),
    onSuccess: () => Promise.all([["vault"], ["pool"], ["tranches"], ["ledger"], ["capacity"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
};
