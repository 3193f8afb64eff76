-- The newest health of each bridge, as BridgeService told it; an input of dynamic pricing.
CREATE TABLE bridge_figure (
    bridge_id     text PRIMARY KEY,
    health_score  numeric,
    status        text NOT NULL,
    made_at       timestamptz NOT NULL
);

-- How often each product was quoted, by minute.
CREATE TABLE quote_statistics (
    minute         timestamptz NOT NULL,
    coverage_type  text NOT NULL,
    chain          text NOT NULL,
    stablecoin     text NOT NULL,
    quotes         bigint NOT NULL,
    coverage_usd   numeric(24,2) NOT NULL,
    PRIMARY KEY (minute, coverage_type, chain, stablecoin)
);
