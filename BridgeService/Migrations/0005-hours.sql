-- The points of an hour as one row, so that years can be shown without reading every point: the last word of each figure, and how far
-- it went where that matters. made_at is the time of the last point.
CREATE TABLE bridge_hour (
    bridge_id          text NOT NULL,
    data_source        text NOT NULL,
    starts_at          timestamptz NOT NULL,
    made_at            timestamptz NOT NULL,
    tvl_usd            numeric,
    tvl_low            numeric,
    tvl_high           numeric,
    tvl_drawdown_pct   numeric,
    oracle_consensus   numeric,
    health_score       numeric,
    score_low          numeric,
    health_status      text NOT NULL,
    exploit_detected   boolean NOT NULL,
    exploit_confirmed  boolean NOT NULL,
    PRIMARY KEY (bridge_id, data_source, starts_at)
);

CREATE TABLE price_hour (
    stablecoin    text NOT NULL,
    data_source   text NOT NULL,
    starts_at     timestamptz NOT NULL,
    made_at       timestamptz NOT NULL,
    peg_ratio     numeric,
    peg_low       numeric,
    peg_high      numeric,
    price         numeric,
    reference     numeric,
    consensus     numeric,
    live_sources  integer NOT NULL,
    PRIMARY KEY (stablecoin, data_source, starts_at)
);

INSERT INTO bridge_hour
SELECT h.bridge_id, h.data_source, h.starts_at, h.made_at, p.tvl_usd, h.tvl_low, h.tvl_high, h.drawdown, p.oracle_consensus,
       p.health_score, h.score_low, p.health_status, h.detected, h.confirmed
FROM (
    SELECT bridge_id, data_source, date_trunc('hour', made_at, 'UTC') AS starts_at, max(made_at) AS made_at, min(tvl_usd) AS tvl_low,
           max(tvl_usd) AS tvl_high, min(tvl_drawdown_pct) AS drawdown, min(health_score) AS score_low, bool_or(exploit_detected) AS detected,
           bool_or(exploit_confirmed) AS confirmed
    FROM bridge_point GROUP BY 1, 2, 3
) AS h
JOIN bridge_point p ON p.bridge_id = h.bridge_id AND p.made_at = h.made_at;

INSERT INTO price_hour
SELECT h.stablecoin, h.data_source, h.starts_at, h.made_at, p.peg_ratio, h.peg_low, h.peg_high, p.price, p.reference, p.consensus, p.live_sources
FROM (
    SELECT stablecoin, data_source, date_trunc('hour', made_at, 'UTC') AS starts_at, max(made_at) AS made_at, min(peg_ratio) AS peg_low,
           max(peg_ratio) AS peg_high
    FROM price_point GROUP BY 1, 2, 3
) AS h
JOIN price_point p ON p.stablecoin = h.stablecoin AND p.made_at = h.made_at;
