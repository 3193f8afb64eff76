import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Movement, PreviewRequest } from "@/shared/api/types";
import { currentKey } from "@/shared/session/session";
import { once } from "../intentions";
import { fetchPreview } from "./post-preview";

/**
 * A movement, and whether it was booked before it was asked for this time: the answer to an earlier attempt, come again. Null where that is
 * not known.
 */
export type Booked = Movement & { earlier: boolean | null };

/** Seconds that the clocks of the platform's processes may differ: one says what time it is, and another books. */
const clocksDifferS = 2;

export async function postMovement(movement: PreviewRequest, idempotencyKey: string, again: boolean): Promise<Booked> {
  // Whoever wants it, also when another key is entered meanwhile.
  const key = currentKey();
  // By the platform's own clock. What is tried for the first time was not booked before. The time is only for what is said afterwards.
  const begunAt = again ? await fetchPreview(movement).then((preview) => preview.timestamp, () => null) : 0;
  const { direction, ...body } = movement;
  const booked = await request<Movement>(`/api/v2/vault/${direction}`, { method: "POST", body, idempotencyKey, ...(key !== null && { key }) });
  return { ...booked, earlier: begunAt === null ? null : booked.timestamp < begunAt - clocksDifferS };
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
