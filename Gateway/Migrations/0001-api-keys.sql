-- Keys of callers. Of the secret only a salted hash is kept; it has 256 bits, so that a fast hash is enough.
CREATE TABLE api_key (
    id           uuid PRIMARY KEY,
    prefix       text NOT NULL UNIQUE,
    salt         bytea NOT NULL,
    hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
    subject      text NOT NULL,
    scopes       text[] NOT NULL,
    sources      text[] NOT NULL,
    limit_scale  numeric(10,3) NOT NULL CHECK (limit_scale > 0),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz
);

-- Public keys with which the instances sign who asks; the private ones never leave their instance.
CREATE TABLE signing_key (
    kid         text PRIMARY KEY,
    jwk         jsonb NOT NULL,
    expires_at  timestamptz NOT NULL
);
