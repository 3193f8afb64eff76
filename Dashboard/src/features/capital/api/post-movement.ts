import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Movement, PreviewRequest } from "@/shared/api/types";
import { once } from "../intentions";
import { fetchPreview } from "./post-preview";

/** A movement, and whether it was booked before it was asked for this time: the answer to an earlier attempt, come again. */
export type Booked = Movement & { earlier: boolean };

export async function postMovement(movement: PreviewRequest, idempotencyKey: string, again: boolean): Promise<Booked> {
  // By the platform's own clock. What is tried for the first time was not booked before.
  const begunAt = again ? (await fetchPreview(movement)).timestamp : 0;
  const { direction, ...body } = movement;
  const booked = await request<Movement>(`/api/v2/vault/${direction}`, { method: "POST", body, idempotencyKey });
  return { ...booked, earlier: booked.timestamp < begunAt };
}

export const useMovement = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (movement: PreviewRequest) => once(movement, postMovement),
    // It is booked, however long the figures take to show it.
    onSuccess: () => {
      for (const key of ["vault", "pool", "tranches", "ledger", "capacity"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
};
