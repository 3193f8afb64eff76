-- Partitioned by month. What the table holds becomes its default partition, without being copied; names, keys and columns stay what they
-- were, so that instances of the version before this one go on.
ALTER TABLE quote_statistics RENAME TO quote_statistics_rest;
ALTER INDEX quote_statistics_pkey RENAME TO quote_statistics_rest_pkey;
CREATE TABLE quote_statistics (LIKE quote_statistics_rest INCLUDING ALL) PARTITION BY RANGE (minute);
ALTER TABLE quote_statistics ATTACH PARTITION quote_statistics_rest DEFAULT;

-- The minutes of an hour as one row, so that a year can be shown without reading every minute of 560 products.
CREATE TABLE quote_hour (
    starts_at      timestamptz NOT NULL,
    coverage_type  text NOT NULL,
    chain          text NOT NULL,
    stablecoin     text NOT NULL,
    quotes         bigint NOT NULL,
    coverage_usd   numeric(24,2) NOT NULL,
    PRIMARY KEY (starts_at, coverage_type, chain, stablecoin)
) PARTITION BY RANGE (starts_at);

CREATE TABLE quote_hour_rest PARTITION OF quote_hour DEFAULT;

INSERT INTO quote_hour
SELECT date_trunc('hour', minute, 'UTC'), coverage_type, chain, stablecoin, sum(quotes), sum(coverage_usd) FROM quote_statistics GROUP BY 1, 2, 3, 4;

-- How many policies were sold by minute, as UtilizationService told it: what became of the quotes.
CREATE TABLE policy_statistics (
    minute         timestamptz NOT NULL,
    coverage_type  text NOT NULL,
    chain          text NOT NULL,
    stablecoin     text NOT NULL,
    policies       bigint NOT NULL,
    coverage_usd   numeric(24,2) NOT NULL,
    premium_usd    numeric(24,2) NOT NULL,
    PRIMARY KEY (minute, coverage_type, chain, stablecoin)
) PARTITION BY RANGE (minute);
