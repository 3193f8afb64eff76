-- When an exploit was first seen, which is before it was detected, and what of a bridge could say that one has begun. All of it is null
-- where a version before this one keeps it, or where a producer before this one tells it.
ALTER TABLE exploit ADD COLUMN first_seen_at timestamptz;
ALTER TABLE bridge ADD COLUMN judged_until timestamptz, ADD COLUMN drawdown_pct numeric;

-- What sources say a yield-bearing coin can be redeemed for, and how many of them are live.
ALTER TABLE consensus_point ADD COLUMN navs jsonb;
ALTER TABLE peg ADD COLUMN live_navs integer;
