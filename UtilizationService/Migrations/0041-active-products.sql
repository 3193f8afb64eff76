-- Which products have cover in force, however many policies have ended: withdrawals ask for it under the lock of the pool. While the index is
-- made no policy is written, which is brief and happens once.
CREATE INDEX policy_active_product ON policy (coverage_type, chain, stablecoin) WHERE status = 'active';
