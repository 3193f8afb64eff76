import { expect, it } from "vitest";
import type { SourceSeries } from "./api/get-sources";
import { qualityOf } from "./quality";

const series = (changes: Partial<SourceSeries>): SourceSeries => ({
  kind: "price", stablecoin: "USDC", bridge_id: null, value: 1, observed_at: 0, age_seconds: 20, live: true, live_share: 1, gaps: 0, disagreement_mean: 0.001, disagreement_max: 0.002, ...changes,
});

it("lets the worst series stand for its source", () =>
  expect(
    qualityOf({
      source: "alpha",
      counts: true,
      refused: 3,
      series: [series({}), series({ live: false, live_share: 0.4, gaps: 2, age_seconds: 900, disagreement_mean: 0.003, disagreement_max: 0.05 }), series({ live_share: null, disagreement_mean: null, disagreement_max: null })],
    }),
  ).toEqual({ source: "alpha", counts: true, series: 3, live: 2, refused: 3, gaps: 2, leastLiveShare: 0.4, meanDisagreement: 0.002, mostDisagreement: 0.05, oldestSeconds: 900 }));

it("knows nothing of a source that only was refused", () =>
  expect(qualityOf({ source: "beta", counts: true, refused: 7, series: [] })).toMatchObject({ series: 0, leastLiveShare: null, meanDisagreement: null, mostDisagreement: null, oldestSeconds: null }));
