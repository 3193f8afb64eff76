-- A source may say one thing and stop saying another: each has a time of its own.
ALTER TABLE bridge_source ADD COLUMN tvl_at timestamptz, ADD COLUMN paused_at timestamptz;

UPDATE bridge_source
SET tvl_at = CASE WHEN tvl_usd IS NOT NULL THEN observed_at END, paused_at = CASE WHEN paused IS NOT NULL THEN observed_at END;

-- What was made of the simulated market and what was made of real sources never meet. Until now nothing else than the simulated market
-- could be observed; the default is also for instances of the version before this one.
ALTER TABLE bridge ADD COLUMN data_source text NOT NULL DEFAULT 'simulated';
ALTER TABLE bridge_point ADD COLUMN data_source text NOT NULL DEFAULT 'simulated';
ALTER TABLE price ADD COLUMN data_source text NOT NULL DEFAULT 'simulated';
ALTER TABLE price_point ADD COLUMN data_source text NOT NULL DEFAULT 'simulated';
