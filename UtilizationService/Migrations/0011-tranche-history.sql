-- The figures of each tranche whenever they were told. The key is also the index that histories are read by.
CREATE TABLE tranche_history (
    tranche_id         text NOT NULL REFERENCES tranche,
    at                 timestamptz NOT NULL,
    apy                numeric NOT NULL,
    realised_apy_30d   numeric NOT NULL,
    utilization        numeric NOT NULL,
    total_capital_usd  numeric(20,2) NOT NULL,
    coverage_sold_usd  numeric(20,2) NOT NULL,
    share_price        numeric(38,18) NOT NULL,
    PRIMARY KEY (tranche_id, at)
);
