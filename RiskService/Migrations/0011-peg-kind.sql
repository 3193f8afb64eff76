-- Whether a peg ratio is one of the simulated market: correlations never mix these with real ones. Null where the version before this one
-- kept it; such a ratio may be of either and is forgotten with the next one that is told.
ALTER TABLE peg_hour ADD COLUMN simulated boolean;
