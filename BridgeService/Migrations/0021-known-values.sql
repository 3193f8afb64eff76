-- For the last known value of a bridge before a time: of a bridge of which none is known, no point is read.
CREATE INDEX bridge_point_known ON bridge_point (bridge_id, data_source, made_at) WHERE tvl_usd IS NOT NULL;
