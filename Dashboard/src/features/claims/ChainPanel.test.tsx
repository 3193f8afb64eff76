import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { chainQuery } from "./api/get-evidence";
import { ChainPanel } from "./ChainPanel";
import { genesis } from "./evidence/chain";

const shown = (more: boolean) => {
  const queries = new QueryClient();
  queries.setQueryData(chainQuery().queryKey, { links: [{ number: 1, previous_hash: genesis, hash: "a1" }, { number: 2, previous_hash: "a1", hash: "b2" }], more, changed: null });
  return renderToStaticMarkup(<QueryClientProvider client={queries}><ChainPanel /></QueryClientProvider>);
};

it("says of how many decisions it has checked the links, and whether there are others", () => {
  expect(shown(false)).toContain("2 decisions, each linked to the one before without a gap. Checked here.</");
  expect(shown(true)).toContain("2 decisions, each linked to the one before without a gap. Checked here. These are the oldest: the decisions after them are read bit by bit");
});
