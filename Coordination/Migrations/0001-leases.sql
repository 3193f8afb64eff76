-- Who leads a monitor. The epoch grows with every change of leader; the writes of a leader carry it (fencing).
CREATE TABLE lease (
    name        text PRIMARY KEY,
    holder      text NOT NULL,
    epoch       bigint NOT NULL,
    expires_at  timestamptz NOT NULL
);
