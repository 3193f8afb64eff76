-- Events of this service, written in the transaction of the change they tell of. The relay gives them their sequence afterwards,
-- so that it has no gaps: a number is only given to what has been committed.
CREATE TABLE outbox (
    position     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id     uuid NOT NULL UNIQUE,
    type         text NOT NULL,
    occurred_at  timestamptz NOT NULL,
    data         jsonb NOT NULL,
    trace_parent text,
    sequence     bigint UNIQUE
);

CREATE INDEX outbox_unnumbered ON outbox (position) WHERE sequence IS NULL;

-- One row: the last sequence given, and the last one the broker confirmed.
CREATE TABLE outbox_state (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    numbered  bigint NOT NULL DEFAULT 0,
    relayed   bigint NOT NULL DEFAULT 0 CHECK (relayed <= numbered)
);

INSERT INTO outbox_state DEFAULT VALUES;
