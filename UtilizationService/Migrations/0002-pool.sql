-- One row. Whoever moves money or coverage locks it first, so that every decision is taken one after the other.
CREATE TABLE pool (
    one               boolean PRIMARY KEY DEFAULT true CHECK (one),
    version           bigint NOT NULL DEFAULT 0,
    active_policies   integer NOT NULL DEFAULT 0 CHECK (active_policies >= 0),
    premium_booked_at timestamptz
);

INSERT INTO pool DEFAULT VALUES;

CREATE TABLE tranche (
    tranche_id    text PRIMARY KEY,
    shares        numeric(38,18) NOT NULL DEFAULT 0 CHECK (shares >= 0),
    coverage_usd  numeric(20,2) NOT NULL DEFAULT 0 CHECK (coverage_usd >= 0)
);

INSERT INTO tranche (tranche_id) VALUES
    ('SURE_BTC'), ('SURE_SNR'), ('SURE_MEZZ'), ('SURE_JNR'), ('SURE_JNR_PLUS'), ('SURE_EQT');

CREATE TABLE holding (
    account     text NOT NULL,
    tranche_id  text NOT NULL REFERENCES tranche,
    shares      numeric(38,18) NOT NULL CHECK (shares >= 0),
    PRIMARY KEY (account, tranche_id)
);

-- Active coverage by coverage_type, chain and stablecoin.
CREATE TABLE coverage (
    dimension     text NOT NULL,
    member        text NOT NULL,
    coverage_usd  numeric(20,2) NOT NULL CHECK (coverage_usd >= 0),
    PRIMARY KEY (dimension, member)
);

CREATE TABLE policy (
    policy_id      uuid PRIMARY KEY,
    quote_id       uuid NOT NULL UNIQUE,
    holder         text NOT NULL,
    status         text NOT NULL CHECK (status IN ('active', 'expired', 'triggered', 'paid', 'partially_paid')),
    coverage_type  text NOT NULL,
    chain          text NOT NULL,
    stablecoin     text NOT NULL,
    coverage_usd   numeric(20,2) NOT NULL CHECK (coverage_usd > 0),
    premium_usd    numeric(20,2) NOT NULL CHECK (premium_usd > 0),
    earned_usd     numeric(20,2) NOT NULL DEFAULT 0 CHECK (earned_usd >= 0 AND earned_usd <= premium_usd),
    standard_rate  numeric NOT NULL,
    terms          jsonb,
    attribution    jsonb NOT NULL,
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL CHECK (ends_at > starts_at)
);

CREATE INDEX policy_ending ON policy (ends_at) WHERE status = 'active';
CREATE INDEX policy_holder ON policy (holder, policy_id);
CREATE INDEX policy_status ON policy (status, policy_id);
CREATE INDEX policy_product ON policy (coverage_type, chain, stablecoin, policy_id);

-- What was answered to a request with an Idempotency-Key.
CREATE TABLE idempotency (
    client_id   text NOT NULL,
    key         text NOT NULL,
    body_hash   bytea NOT NULL,
    status      integer NOT NULL,
    location    text,
    answer      text NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (client_id, key)
);

CREATE INDEX idempotency_age ON idempotency (created_at);
