-- Premium passes through premium_earned on its way to the tranches; claims_reduced mirrors shortfall: what is owed by nobody.
INSERT INTO account (name) VALUES ('premium_earned'), ('claims_reduced');

ALTER TABLE pool
    ADD COLUMN breaker_reason    text,
    ADD COLUMN breaker_since     timestamptz,
    ADD COLUMN breaker_reset_at  timestamptz,
    ADD CHECK ((breaker_reason IS NULL) = (breaker_since IS NULL));

ALTER TABLE policy ADD COLUMN trigger_price numeric GENERATED ALWAYS AS ((terms ->> 'trigger_price')::numeric) STORED;

-- Which policies a low price or a failed chain concerns.
CREATE INDEX policy_watched ON policy (stablecoin, trigger_price) WHERE status = 'active';
CREATE INDEX policy_chain ON policy (chain, policy_id);
CREATE INDEX policy_stablecoin ON policy (stablecoin, policy_id);

-- A run that has begun and neither completed nor broken.
CREATE TABLE trigger_run (
    policy_id   uuid PRIMARY KEY REFERENCES policy,
    stablecoin  text NOT NULL,
    started_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL
);

CREATE INDEX trigger_run_stablecoin ON trigger_run (stablecoin);

CREATE TABLE claim (
    claim_id            uuid PRIMARY KEY,
    policy_id           uuid NOT NULL REFERENCES policy,
    holder              text NOT NULL,
    status              text NOT NULL CHECK (status IN ('pending', 'refused', 'triggered', 'paid', 'partially_paid')),
    triggered_at        timestamptz,
    payout_fraction     numeric CHECK (payout_fraction BETWEEN 0 AND 1),
    payout_usd          numeric(20,2) CHECK (payout_usd >= 0),
    shortfall_usd       numeric(20,2) CHECK (shortfall_usd >= 0 AND shortfall_usd <= payout_usd),
    -- Capital of all tranches before this loss, against which losses of a day are held.
    capital_before_usd  numeric(20,2),
    reason              text NOT NULL,
    filed_at            timestamptz NOT NULL,
    decided_at          timestamptz,
    paid_at             timestamptz
);

-- Each policy pays at most once.
CREATE UNIQUE INDEX claim_once ON claim (policy_id) WHERE status <> 'refused';
CREATE INDEX claim_policy ON claim (policy_id, claim_id);
CREATE INDEX claim_status ON claim (status, claim_id);
CREATE INDEX claim_holder ON claim (holder, claim_id);
CREATE INDEX claim_waiting ON claim (decided_at, claim_id) WHERE status = 'triggered';
CREATE INDEX claim_pending ON claim (claim_id) WHERE status = 'pending';
CREATE INDEX claim_losses ON claim (decided_at) WHERE status IN ('triggered', 'paid', 'partially_paid');

-- The claim that a policy pays on.
ALTER TABLE policy ADD COLUMN claim_id uuid REFERENCES claim;

-- Why each claim was decided as it was: canonical JSON, and its hash over the one before. Anyone holding the list can check it.
CREATE TABLE evidence (
    number         bigint PRIMARY KEY CHECK (number > 0),
    claim_id       uuid NOT NULL UNIQUE REFERENCES claim,
    previous_hash  text NOT NULL,
    hash           text NOT NULL UNIQUE,
    body           text NOT NULL
);

CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who did what to the pool by hand, and what the platform did to it by itself.
CREATE TABLE audit (
    audit_id  uuid PRIMARY KEY,
    at        timestamptz NOT NULL,
    actor     text NOT NULL,
    action    text NOT NULL,
    detail    jsonb NOT NULL
);

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every instance hears of a change of the pool and drops what it has cached of it.
CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('pool_' || current_schema(), NEW.version::text);
    RETURN NULL;
END $$;

CREATE TRIGGER pool_changed AFTER UPDATE OF version ON pool FOR EACH ROW EXECUTE FUNCTION tell_change();
