import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/shared/api/client";

/** Sales and withdrawals go on; it is kept in the audit trail. */
export function useResetBreaker() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => request<unknown>("/api/v2/admin/breaker/reset", { method: "POST" }),
    onSuccess: () => Promise.all([["pool"], ["audit"]].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}
