-- The event that is played on the simulated market, or was played last.
CREATE TABLE market_play (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    event       text NOT NULL,
    speed       double precision NOT NULL CHECK (speed > 0),
    started_at  timestamptz NOT NULL
);
