-- The snapshots of an hour as one row, so that years can be shown without reading every minute: the worst of each figure that has a limit,
-- the last word of the others. taken_at is the time of the last snapshot. Partitioned by month.
CREATE TABLE snapshot_hour (
    starts_at               timestamptz NOT NULL PRIMARY KEY,
    taken_at                timestamptz NOT NULL,
    ltv                     numeric,
    reserve_ratio           numeric NOT NULL,
    total_capital_usd       numeric(20,2) NOT NULL,
    coverage_usd            numeric(20,2) NOT NULL,
    total_policies          integer NOT NULL,
    max_concentration       numeric,
    mean_correlation        numeric,
    worst_stress_loss_usd   numeric(20,2) NOT NULL,
    day_var_99_usd          numeric(20,2) NOT NULL,
    year_expected_loss_usd  numeric(20,2) NOT NULL,
    year_var_99_usd         numeric(20,2) NOT NULL,
    year_cvar_99_usd        numeric(20,2) NOT NULL,
    alerts                  integer NOT NULL
) PARTITION BY RANGE (starts_at);
CREATE TABLE snapshot_hour_rest PARTITION OF snapshot_hour DEFAULT;

INSERT INTO snapshot_hour
SELECT h.starts_at, h.taken_at, h.ltv, h.reserve_ratio, s.total_capital_usd, s.coverage_usd, s.total_policies, h.max_concentration,
       h.mean_correlation, h.worst_stress_loss_usd, h.day_var_99_usd, s.year_expected_loss_usd, h.year_var_99_usd, h.year_cvar_99_usd, h.alerts
FROM (
    SELECT date_trunc('hour', taken_at, 'UTC') AS starts_at, max(taken_at) AS taken_at,
           CASE WHEN bool_or(ltv IS NULL) THEN NULL ELSE max(ltv) END AS ltv, min(reserve_ratio) AS reserve_ratio,
           CASE WHEN bool_or(max_concentration IS NULL) THEN NULL ELSE max(max_concentration) END AS max_concentration,
           max(mean_correlation) AS mean_correlation, max(worst_stress_loss_usd) AS worst_stress_loss_usd,
           max(day_var_99_usd) AS day_var_99_usd, max(year_var_99_usd) AS year_var_99_usd, max(year_cvar_99_usd) AS year_cvar_99_usd,
           max(alerts) AS alerts
    FROM snapshot GROUP BY 1
) AS h
JOIN snapshot s ON s.taken_at = h.taken_at;
