-- Who is told of alerts and claims by POST. The secret signs what is sent, so it is kept as it is; only this schema's role reads it.
CREATE TABLE webhook (
    webhook_id  uuid PRIMARY KEY,
    url         text NOT NULL,
    events      text[] NOT NULL CHECK (cardinality(events) > 0),
    secret      text NOT NULL,
    created_by  text NOT NULL,
    created_at  timestamptz NOT NULL
);

-- What is to be sent, and what became of it. Written in the transaction that takes the event, so that each is there once.
CREATE TABLE webhook_delivery (
    delivery_id   uuid PRIMARY KEY,
    webhook_id    uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
    event_id      uuid NOT NULL,
    type          text NOT NULL,
    body          text NOT NULL,
    status        text NOT NULL CHECK (status IN ('pending', 'delivered', 'given_up')),
    attempts      integer NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    -- When the next attempt is due. Whoever attempts moves it on first, so that nobody else does, and so that it is due again if he dies.
    due_at        timestamptz NOT NULL,
    attempted_at  timestamptz,
    outcome       text,
    status_code   integer,
    finished_at   timestamptz CHECK ((finished_at IS NULL) = (status = 'pending')),
    UNIQUE (webhook_id, event_id)
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, due_at) WHERE status = 'pending';
CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, delivery_id);
CREATE INDEX webhook_delivery_finished ON webhook_delivery (finished_at) WHERE finished_at IS NOT NULL;
