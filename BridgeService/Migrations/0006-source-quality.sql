-- How good each source was in each hour. Refusals are counted by source and kind, under the subject ''.
CREATE TABLE source_hour (
    source            text NOT NULL,
    kind              text NOT NULL CHECK (kind IN ('price', 'nav', 'bridge')),
    subject           text NOT NULL,
    starts_at         timestamptz NOT NULL,
    cycles            integer NOT NULL DEFAULT 0,
    live_cycles       integer NOT NULL DEFAULT 0,
    gaps              integer NOT NULL DEFAULT 0,
    disagreements     integer NOT NULL DEFAULT 0,
    disagreement_sum  double precision NOT NULL DEFAULT 0,
    disagreement_max  double precision,
    refused           bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (source, kind, subject, starts_at)
) PARTITION BY RANGE (starts_at);
