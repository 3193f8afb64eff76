-- Partitioned by month. What a table holds becomes its default partition, without being copied; rows of the present move to their month
-- when that is made, the others stay until they are past retention. Names, keys and columns stay what they were, so that instances of the
-- version before this one go on.

ALTER TABLE bridge_observation RENAME TO bridge_observation_rest;
ALTER INDEX bridge_observation_pkey RENAME TO bridge_observation_rest_pkey;
CREATE TABLE bridge_observation (LIKE bridge_observation_rest INCLUDING ALL) PARTITION BY RANGE (observed_at);
ALTER TABLE bridge_observation ATTACH PARTITION bridge_observation_rest DEFAULT;

ALTER TABLE price_observation RENAME TO price_observation_rest;
ALTER INDEX price_observation_pkey RENAME TO price_observation_rest_pkey;
CREATE TABLE price_observation (LIKE price_observation_rest INCLUDING ALL) PARTITION BY RANGE (observed_at);
ALTER TABLE price_observation ATTACH PARTITION price_observation_rest DEFAULT;

ALTER TABLE bridge_point RENAME TO bridge_point_rest;
ALTER INDEX bridge_point_pkey RENAME TO bridge_point_rest_pkey;
CREATE TABLE bridge_point (LIKE bridge_point_rest INCLUDING ALL) PARTITION BY RANGE (made_at);
ALTER TABLE bridge_point ATTACH PARTITION bridge_point_rest DEFAULT;

ALTER TABLE price_point RENAME TO price_point_rest;
ALTER INDEX price_point_pkey RENAME TO price_point_rest_pkey;
CREATE TABLE price_point (LIKE price_point_rest INCLUDING ALL) PARTITION BY RANGE (made_at);
ALTER TABLE price_point ATTACH PARTITION price_point_rest DEFAULT;
