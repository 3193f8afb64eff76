-- The policies in force, as UtilizationService tells of them.
CREATE TABLE policy (
    policy_id      uuid PRIMARY KEY,
    coverage_type  text NOT NULL,
    chain          text NOT NULL,
    stablecoin     text NOT NULL,
    coverage_usd   numeric(20,2) NOT NULL,
    standard_rate  numeric NOT NULL,
    terms          jsonb,
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL
);

-- Their sums, kept with them in the same transaction.
CREATE TABLE product_exposure (
    coverage_type  text NOT NULL,
    chain          text NOT NULL,
    stablecoin     text NOT NULL,
    exposure_usd   numeric(20,2) NOT NULL CHECK (exposure_usd >= 0),
    policy_count   integer NOT NULL CHECK (policy_count >= 0),
    PRIMARY KEY (coverage_type, chain, stablecoin)
);

-- One row once the book was read for the first time: the time all of this is true for, and the pool.
CREATE TABLE book (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    as_of   timestamptz NOT NULL,
    pool    jsonb NOT NULL,
    pool_at timestamptz NOT NULL
);
