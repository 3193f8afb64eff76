-- Partitioned by month, as points are since 0004: what a table holds becomes its default partition, without being copied. Names, keys and
-- columns stay what they were, so that instances of the version before this one go on.

ALTER TABLE bridge_hour RENAME TO bridge_hour_rest;
ALTER INDEX bridge_hour_pkey RENAME TO bridge_hour_rest_pkey;
CREATE TABLE bridge_hour (LIKE bridge_hour_rest INCLUDING ALL) PARTITION BY RANGE (starts_at);
ALTER TABLE bridge_hour ATTACH PARTITION bridge_hour_rest DEFAULT;

ALTER TABLE price_hour RENAME TO price_hour_rest;
ALTER INDEX price_hour_pkey RENAME TO price_hour_rest_pkey;
CREATE TABLE price_hour (LIKE price_hour_rest INCLUDING ALL) PARTITION BY RANGE (starts_at);
ALTER TABLE price_hour ATTACH PARTITION price_hour_rest DEFAULT;
