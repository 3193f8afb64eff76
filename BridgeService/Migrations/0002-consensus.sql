-- What the next cycle must remember of a bridge (state) and what is answered about it (report).
CREATE TABLE bridge (
    bridge_id  text PRIMARY KEY,
    made_at    timestamptz NOT NULL,
    state      jsonb NOT NULL,
    report     jsonb NOT NULL
);

-- One point per bridge and cycle.
CREATE TABLE bridge_point (
    bridge_id         text NOT NULL,
    made_at           timestamptz NOT NULL,
    tvl_usd           numeric,
    tvl_drawdown_pct  numeric,
    oracle_consensus  numeric,
    health_score      numeric,
    health_status     text NOT NULL,
    exploit_detected  boolean NOT NULL,
    exploit_confirmed boolean NOT NULL,
    PRIMARY KEY (bridge_id, made_at)
);

CREATE TABLE price (
    stablecoin  text PRIMARY KEY,
    made_at     timestamptz NOT NULL,
    report      jsonb NOT NULL
);

-- One point per coin and cycle.
CREATE TABLE price_point (
    stablecoin  text NOT NULL,
    made_at     timestamptz NOT NULL,
    peg_ratio   numeric,
    price       numeric,
    reference   numeric,
    consensus   numeric,
    live_sources integer NOT NULL,
    PRIMARY KEY (stablecoin, made_at)
);
