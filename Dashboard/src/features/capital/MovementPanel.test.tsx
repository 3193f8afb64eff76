import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, it } from "vitest";
import { setKey } from "@/shared/session/session";
import { MovementPanel } from "./MovementPanel";

afterEach(() => setKey(null));

it("keeps nobody from asking for what the platform may be set to take", () => {
  setKey("sure_a_b");
  const shown = renderToStaticMarkup(<QueryClientProvider client={new QueryClient()}><MovementPanel /></QueryClientProvider>);
  const amount = shown.match(/<input[^>]*type="number"[^>]*>/)?.[0];
  expect(amount).toContain('step="0.01"');
  expect(amount).not.toMatch(/ (min|max)=/);
});
