import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import type { Chain, CoverageType, Stablecoin } from "@/shared/api/types";
import { Page } from "@/shared/ui/Page";
import { useBind } from "./api/post-policy";
import { BacktestPanel } from "./BacktestPanel";
import { defaultTerms, type OwnTerms, termsOf } from "./terms";
import { MatrixPanel } from "./MatrixPanel";
import type { Choice } from "./HeatMap";
import { QuotePanel } from "./QuotePanel";
import styles from "./CoverPage.module.css";

const first: Choice = { coverage_type: "depeg", chain: "Ethereum", stablecoin: "USDC" };

/** From the 560 products to a policy. What is chosen stands in the address, so that it can be sent to somebody. */
export function CoverPage() {
  const [search, setSearch] = useSearchParams();
  const choice: Choice = {
    // A word that is none is refused by the platform, in its own sentence.
    coverage_type: (search.get("type") ?? first.coverage_type) as CoverageType,
    chain: (search.get("chain") ?? first.chain) as Chain,
    stablecoin: (search.get("coin") ?? first.stablecoin) as Stablecoin,
  };
  const choose = (next: Choice) => setSearch({ type: next.coverage_type, chain: next.chain, coin: next.stablecoin }, { replace: true, preventScrollReset: true });
  const [amount, setAmount] = useState("10000");
  const [own, setOwn] = useState<OwnTerms>(defaultTerms);
  const navigate = useNavigate();
  const bind = useBind((policy) => {
    // Who has gone elsewhere meanwhile stays there.
    if (window.location.pathname === "/cover") void navigate(`/policies/${policy.policy_id}`);
  });
  return (
    <Page title="Quote and buy" lead="Choose a product, set the terms, see what they would have paid, and buy at the price shown.">
      {/* What is being bought is not changed. */}
      <fieldset className={styles.choice} disabled={bind.isPending} aria-label="What to buy">
        <MatrixPanel choice={choice} onChoose={choose} />
        <QuotePanel choice={choice} onChoose={choose} amount={amount} onAmount={setAmount} own={own} onOwn={setOwn} bind={bind} />
      </fieldset>
      <BacktestPanel choice={choice} terms={termsOf(choice.coverage_type, own)} amount={Number(amount)} />
    </Page>
  );
}
