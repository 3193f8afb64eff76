-- What of earned premium belongs to a tranche and is no whole cent yet; below zero where it was given a cent in advance. Adds up to 0.
ALTER TABLE tranche ADD COLUMN premium_carry_usd numeric(20,12) NOT NULL DEFAULT 0;
