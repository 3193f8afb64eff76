import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router";
import { createQueryClient } from "@/shared/api/query-client";
import { LiveProvider } from "@/shared/live/LiveProvider";
import { HintProvider } from "@/shared/ui/Hint";
import { router } from "./router";

const queries = createQueryClient();

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <LiveProvider>
        <HintProvider>
          <RouterProvider router={router} />
        </HintProvider>
      </LiveProvider>
    </QueryClientProvider>
  );
}
