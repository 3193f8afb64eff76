-- What sources said, as they said it; append-only.
CREATE TABLE bridge_observation (
    bridge_id    text NOT NULL,
    source       text NOT NULL,
    observed_at  timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    tvl_usd      numeric CHECK (tvl_usd >= 0),
    paused       boolean,
    tried        integer CHECK (tried >= 0),
    succeeded    integer CHECK (succeeded BETWEEN 0 AND tried),
    PRIMARY KEY (bridge_id, observed_at, source)
);

CREATE TABLE price_observation (
    stablecoin   text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('price', 'nav')),
    source       text NOT NULL,
    observed_at  timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    value        numeric NOT NULL CHECK (value > 0 AND value <= 10),
    PRIMARY KEY (stablecoin, kind, observed_at, source)
);

-- The last word of each source, so that a cycle does not search for it.
CREATE TABLE bridge_source (
    bridge_id    text NOT NULL,
    source       text NOT NULL,
    observed_at  timestamptz NOT NULL,
    tvl_usd      numeric,
    paused       boolean,
    PRIMARY KEY (bridge_id, source)
);

CREATE TABLE price_source (
    stablecoin   text NOT NULL,
    kind         text NOT NULL,
    source       text NOT NULL,
    observed_at  timestamptz NOT NULL,
    value        numeric NOT NULL,
    PRIMARY KEY (stablecoin, kind, source)
);
