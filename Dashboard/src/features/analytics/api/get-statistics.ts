import { queryOptions, useQuery } from "@tanstack/react-query";
import { downloadText } from "@/shared/api/download";
import { query, request } from "@/shared/api/client";
import { refreshMs } from "@/shared/api/query-client";
import type { Severity } from "@/shared/api/types";
import { useKey } from "@/shared/session/session";
import { type SpanName, spanStart } from "@/shared/ui/spans";

export type Interval = "hour" | "day";

/** Which statistics: of a span that ends now, by the hour or the day. */
export interface Wanted {
  readonly span: SpanName;
  readonly interval: Interval;
}

interface Statistics<T> {
  points: T[];
  resolution_seconds: number;
  from: number;
  to: number;
  timestamp: number;
}

export interface ConversionPoint {
  time: number;
  quotes: number;
  policies: number;
  /** Above 1 where an interval sold quotes of the one before; null without quotes. */
  conversion: number | null;
  quoted_coverage_usd: number;
  sold_coverage_usd: number;
  premium_usd: number;
}

export interface TopProduct {
  rank: number;
  coverage_type: string;
  chain: string;
  stablecoin: string;
  quotes: number;
  coverage_usd: number;
  policies: number;
}

export interface AlertPoint {
  time: number;
  raised: number;
  escalated: number;
  cleared: number;
  raised_low: number;
  raised_medium: number;
  raised_high: number;
  raised_critical: number;
}

export interface AlertFrequency {
  source: string;
  alert_type: string;
  severity: Severity;
  raised: number;
  escalated: number;
  cleared: number;
}

export interface ClaimPoint {
  time: number;
  filed: number;
  refused: number;
  triggered: number;
  triggered_ratio: number | null;
  payout_usd: number;
  shortfall_usd: number;
  paid: number;
  paid_usd: number;
}

interface Answers {
  /** Holds what `quotes` does, and what became of them. */
  conversion: Statistics<ConversionPoint>;
  "top-products": { products: TopProduct[]; resolution_seconds: number; from: number; to: number; timestamp: number };
  alerts: Statistics<AlertPoint> & { frequencies: AlertFrequency[] };
  claims: Statistics<ClaimPoint>;
}

export type StatisticsName = keyof Answers;

/** The most requested products are those of the whole span, whatever the interval of the others. */
const pathOf = (name: StatisticsName, wanted: Wanted, format?: "csv") =>
  `/api/v2/analytics/${name}${query({ from: spanStart(wanted.span), interval: name === "top-products" ? undefined : wanted.interval, format })}`;

export const fetchStatistics = <N extends StatisticsName>(name: N, wanted: Wanted, signal?: AbortSignal) => request<Answers[N]>(pathOf(name, wanted), { signal });

export const statisticsQuery = <N extends StatisticsName>(name: N, wanted: Wanted, hasKey: boolean) =>
  queryOptions({
    queryKey: ["analytics", name, wanted.span, wanted.interval],
    queryFn: ({ signal }) => fetchStatistics(name, wanted, signal),
    refetchInterval: refreshMs,
    enabled: hasKey,
  });

export const useStatistics = <N extends StatisticsName>(name: N, wanted: Wanted) => useQuery(statisticsQuery(name, wanted, useKey() !== null));

/** The same figures as the platform writes them for a spreadsheet. */
export const downloadStatistics = (name: StatisticsName, wanted: Wanted) => downloadText(pathOf(name, wanted, "csv"), `${name}.csv`, "text/csv");
