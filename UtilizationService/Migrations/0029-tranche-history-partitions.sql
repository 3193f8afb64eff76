-- Partitioned by month. What the table holds becomes its default partition, without being copied; names, key and columns stay what they
-- were, so that instances of the version before this one go on. The foreign key stays with that partition alone: with one on the table each
-- month that is made would lock the tranches, which everybody who buys or moves capital writes to.
ALTER TABLE tranche_history RENAME TO tranche_history_rest;
ALTER INDEX tranche_history_pkey RENAME TO tranche_history_rest_pkey;
CREATE TABLE tranche_history (LIKE tranche_history_rest INCLUDING ALL) PARTITION BY RANGE (at);
ALTER TABLE tranche_history ATTACH PARTITION tranche_history_rest DEFAULT;
