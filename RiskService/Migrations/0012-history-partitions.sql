-- Partitioned by month. What a table holds becomes its default partition, without being copied; names, keys and columns stay what they
-- were, so that instances of the version before this one go on.
ALTER TABLE peg_hour RENAME TO peg_hour_rest;
ALTER INDEX peg_hour_pkey RENAME TO peg_hour_rest_pkey;
ALTER INDEX peg_hour_by_hour RENAME TO peg_hour_rest_by_hour;
CREATE TABLE peg_hour (LIKE peg_hour_rest INCLUDING ALL) PARTITION BY RANGE (hour);
ALTER INDEX peg_hour_hour_idx RENAME TO peg_hour_by_hour;
ALTER TABLE peg_hour ATTACH PARTITION peg_hour_rest DEFAULT;

ALTER TABLE var_forecast RENAME TO var_forecast_rest;
ALTER INDEX var_forecast_pkey RENAME TO var_forecast_rest_pkey;
CREATE TABLE var_forecast (LIKE var_forecast_rest INCLUDING ALL) PARTITION BY RANGE (day);
ALTER TABLE var_forecast ATTACH PARTITION var_forecast_rest DEFAULT;

-- Alerts that are over are forgotten by when that was.
CREATE INDEX alert_over ON alert (cleared_at) WHERE cleared_at IS NOT NULL;
