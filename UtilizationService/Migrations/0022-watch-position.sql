-- Up to which point the trigger watch has judged the policies on a coin, and when that point was. Apart from peg, whose rows the intake of
-- events changes many at a time: the watch would wait for it while it holds the pool. The columns of peg that held this are dropped when no
-- instance reads them any more; a watch of either kind that goes on from an older position finds settled what it finds again.
CREATE TABLE watch_position (
    stablecoin    text PRIMARY KEY,
    judged_point  bigint NOT NULL,
    judged_until  timestamptz NOT NULL
);

INSERT INTO watch_position SELECT stablecoin, judged_point, judged_until FROM peg;
