-- The last peg ratio of each hour, from which correlations are computed.
CREATE TABLE peg_hour (
    stablecoin  text NOT NULL,
    hour        timestamptz NOT NULL,
    peg_ratio   numeric NOT NULL CHECK (peg_ratio > 0),
    at          timestamptz NOT NULL,
    PRIMARY KEY (stablecoin, hour)
);

CREATE INDEX peg_hour_by_hour ON peg_hour (hour);
