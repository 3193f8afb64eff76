-- Whether a peg ratio is one of the simulated market: correlations never mix these with real ones. Null where the version before this one
-- kept it; such ratios are taken for the kind that is told next, as a month without correlations after an upgrade would be worse.
ALTER TABLE peg_hour ADD COLUMN simulated boolean;
