-- The list of one coverage type in the order of its pages: the index of products sorts by chain and coin first.
CREATE INDEX policy_type ON policy (coverage_type, policy_id);
