-- Where the observations of a point come from, as BridgeService says it: what rests on the simulated market and what rests on a real one
-- never meet in one run, one window or one stop of sales. Null in points of a version before this one, which are of the kind of those about them.
ALTER TABLE consensus_point ADD COLUMN data_source text;
ALTER TABLE peg ADD COLUMN data_source text;
