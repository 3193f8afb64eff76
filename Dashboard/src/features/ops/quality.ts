import type { Source } from "./api/get-sources";

/** A source at a glance: its worst series stands for it. */
export interface SourceQuality {
  readonly source: string;
  readonly counts: boolean;
  readonly series: number;
  readonly live: number;
  readonly refused: number;
  readonly gaps: number;
  /** Least share of the window in which a series was live. */
  readonly leastLiveShare: number | null;
  /** Mean over the series that could be compared. */
  readonly meanDisagreement: number | null;
  readonly mostDisagreement: number | null;
  /** Age of its oldest last word, in seconds. */
  readonly oldestSeconds: number | null;
}

const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

export function qualityOf({ source, counts, refused, series }: Source): SourceQuality {
  const shares = known(series.map((s) => s.live_share));
  const means = known(series.map((s) => s.disagreement_mean));
  const most = known(series.map((s) => s.disagreement_max));
  return {
    source,
    counts,
    refused,
    series: series.length,
    live: series.filter((s) => s.live).length,
    gaps: series.reduce((sum, s) => sum + s.gaps, 0),
    leastLiveShare: shares.length > 0 ? Math.min(...shares) : null,
    meanDisagreement: means.length > 0 ? means.reduce((sum, mean) => sum + mean, 0) / means.length : null,
    mostDisagreement: most.length > 0 ? Math.max(...most) : null,
    oldestSeconds: series.length > 0 ? Math.max(...series.map((s) => s.age_seconds)) : null,
  };
}
