import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { useBind } from "./api/post-policy";
import { QuotePanel } from "./QuotePanel";
import { defaultTerms } from "./terms";

function Panel() {
  const bind = useBind(() => undefined);
  return (
    <QuotePanel choice={{ coverage_type: "depeg", chain: "Ethereum", stablecoin: "USDC" }} onChoose={() => undefined} amount="10000" onAmount={() => undefined} own={defaultTerms} onOwn={() => undefined} bind={bind} />
  );
}

it("keeps nobody from asking for what the platform may be set to take", () => {
  const shown = renderToStaticMarkup(<QueryClientProvider client={new QueryClient()}><Panel /></QueryClientProvider>);
  const inputs = shown.match(/<input[^>]*>/g) ?? [];
  expect(inputs).toHaveLength(5);
  for (const input of inputs) {
    expect(input).toContain("step=");
    expect(input).not.toMatch(/ (min|max)=/);
  }
});
