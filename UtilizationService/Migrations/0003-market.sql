-- What BridgeService told: the consensus of each coin in every cycle. Claims rest on these points, so they are never changed.
CREATE TABLE consensus_point (
    point_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sequence    bigint NOT NULL,
    stablecoin  text NOT NULL,
    at          timestamptz NOT NULL,
    peg_ratio   numeric,
    consensus   numeric,
    sources     jsonb NOT NULL
);

CREATE INDEX consensus_point_order ON consensus_point (stablecoin, point_id);
CREATE INDEX consensus_point_time ON consensus_point (stablecoin, at);
CREATE TRIGGER consensus_point_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consensus_point
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The last word on each coin, and whether its peg is in trouble: sales stop at the one and resume after an hour of the other.
CREATE TABLE peg (
    stablecoin       text PRIMARY KEY,
    at               timestamptz NOT NULL,
    peg_ratio        numeric,
    consensus        numeric,
    troubled         boolean NOT NULL DEFAULT false,
    recovered_since  timestamptz,
    -- Up to which point the trigger watch has judged the policies on this coin, and when that point was.
    judged_point     bigint NOT NULL DEFAULT 0,
    judged_until     timestamptz NOT NULL DEFAULT '-infinity'
);

-- The last word on each bridge.
CREATE TABLE bridge (
    bridge_id          text PRIMARY KEY,
    at                 timestamptz NOT NULL,
    known              boolean NOT NULL,
    exploit_detected   boolean NOT NULL,
    exploit_confirmed  boolean NOT NULL
);

CREATE TABLE exploit (
    exploit_id    uuid PRIMARY KEY,
    bridge_id     text NOT NULL,
    detected_at   timestamptz NOT NULL,
    confirmed_at  timestamptz,
    cleared_at    timestamptz,
    tvl_usd       numeric(20,2),
    peak_usd      numeric(20,2) NOT NULL,
    reason        text NOT NULL,
    -- When every policy it concerns had been decided.
    settled_at    timestamptz
);

-- Smart-contract and bridge incidents, recorded by one operator and confirmed by another.
CREATE TABLE incident (
    incident_id      uuid PRIMARY KEY,
    coverage_type    text NOT NULL CHECK (coverage_type IN ('smart_contract', 'bridge')),
    chain            text NOT NULL,
    stablecoin       text,
    occurred_at      timestamptz NOT NULL,
    evidence_url     text NOT NULL,
    loss_fraction    numeric NOT NULL CHECK (loss_fraction > 0 AND loss_fraction <= 1),
    status           text NOT NULL CHECK (status IN ('open', 'confirmed', 'dismissed')),
    recorded_by      text NOT NULL,
    recorded_client  text NOT NULL,
    recorded_at      timestamptz NOT NULL,
    decided_by       text,
    decided_at       timestamptz,
    settled_at       timestamptz,
    CHECK ((status = 'open') = (decided_by IS NULL))
);

CREATE INDEX incident_open ON incident (chain) WHERE status = 'open';
CREATE INDEX incident_unsettled ON incident (decided_at) WHERE status = 'confirmed' AND settled_at IS NULL;

-- The journal is written once: not even its owner may change it. (A foreign key to an entry locks it, for which PostgreSQL asks for the
-- right to update some column; the trigger refuses the update itself.)
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON journal_entry, posting, consensus_point FROM %I', current_user);
    EXECUTE format('GRANT UPDATE (entry_id) ON journal_entry TO %I', current_user);
END $$;
