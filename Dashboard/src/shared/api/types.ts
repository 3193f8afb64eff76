/** Bodies of the public API by short names. They are made from its description; `npm run types` makes them anew. */
import type { components } from "./openapi";

type Schemas = components["schemas"];

export type Health = Schemas["PlatformState"];
export type Pool = Schemas["PoolAnswer"];
export type Tranches = Schemas["TranchesAnswer"];
export type Tranche = Schemas["TrancheAnswer"];
export type TrancheId = Schemas["Tranche"];
export type Curves = Schemas["CurvesAnswer"];
export type Severity = Schemas["Severity"];
export type RiskAlerts = Schemas["AlertList"];
export type RiskAlert = Schemas["Alert"];
export type RiskLimit = Schemas["LimitDocument"];
export type RiskLimits = Schemas["LimitList"];
export type SnapshotHistory = Schemas["SnapshotHistoryDocument"];
export type SnapshotPoint = Schemas["SnapshotPoint"];
export type Exposure = Schemas["ExposureDocument"];
export type Bridges = Schemas["BridgeList"];
export type Bridge = Schemas["BridgeDocument"];
export type Prices = Schemas["PriceList"];
export type Price = Schemas["PriceDocument"];
export type CoverageType = Schemas["CoverageType"];
export type Chain = Schemas["Chain"];
export type Stablecoin = Schemas["Stablecoin"];
export type Products = Schemas["ProductList"];
export type Product = Schemas["ProductDocument"];
export type Capacity = Schemas["CapacityAnswer"];
export type QuoteRequest = Schemas["QuoteRequest"];
export type Quote = Schemas["QuoteDocument"];
export type Pricing = Schemas["PricingMode"];
export type Policy = Schemas["PolicyDocument"];
export type PolicyStatus = Schemas["PolicyStatus"];
export type Terms = Schemas["PolicyTerms"];
export type Claim = Schemas["ClaimDocument"];
export type StoredEvents = Schemas["StoredEventList"];
export type StoredEvent = Schemas["StoredEventDocument"];
export type BacktestRequest = Schemas["BacktestRequest"];
export type Backtest = Schemas["BacktestAnswer"];
export type Account = Schemas["VaultAccount"];
export type PreviewRequest = Schemas["PreviewRequest"];
export type Preview = Schemas["PreviewAnswer"];
export type PoolEffect = Schemas["PreviewPool"];
export type Movement = Schemas["VaultAnswer"];
export type JournalEntry = Schemas["JournalEntry"];
export type LedgerCheck = Schemas["LedgerCheck"];
export type Problem = Schemas["Problem"];

/** A page of a list; `next_cursor` asks for the next one. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
