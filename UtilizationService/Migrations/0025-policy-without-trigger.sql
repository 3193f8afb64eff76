-- Whether a coin has cover that no price of its own triggers: withdrawals ask for it under the lock of the pool.
CREATE INDEX policy_without_trigger ON policy (stablecoin, coverage_type, starts_at) WHERE status = 'active' AND trigger_price IS NULL;
