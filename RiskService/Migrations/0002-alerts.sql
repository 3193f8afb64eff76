CREATE TABLE alert (
    alert_id       uuid PRIMARY KEY,
    alert_type     text NOT NULL,
    subject        text NOT NULL,
    severity       text NOT NULL,
    message        text NOT NULL,
    current_value  numeric,
    limit_value    numeric NOT NULL,
    raised_at      timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    cleared_at     timestamptz
);

-- Raised once: whatever restarts, there is at most one that lasts.
CREATE UNIQUE INDEX alert_lasting ON alert (alert_type, subject) WHERE cleared_at IS NULL;

-- The order of products that was last told.
CREATE TABLE ranking (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    products  jsonb NOT NULL,
    told_at   timestamptz NOT NULL
);
