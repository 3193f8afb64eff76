-- A movement of capital could not wait for the premium before it to be booked; the monitor does that soon, and takes the wish back.
ALTER TABLE pool ADD COLUMN booking_wanted boolean NOT NULL DEFAULT false;

-- A booking writes a new version of nearly every active policy, in one transaction. No index has earned_usd: where the new version fits on
-- the page of the old one, no index is written (a HOT update), and for all versions of a page to fit, half of it must be free. Measured
-- with 200 000 policies: full pages 36 s, 258 MB of log; half-full ones 6 s, 18 MB; at 70 % it was 8 … 20 s. The table is hardly larger for
-- it, since full pages need as many others for the new versions. It holds for pages that are filled from now on: the next booking, as slow
-- as ever, moves all active policies to such.
ALTER TABLE policy SET (fillfactor = 50);
