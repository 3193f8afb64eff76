-- Who made a key, what for, and when it was last used.
ALTER TABLE api_key
    ADD COLUMN makers        text[] NOT NULL DEFAULT '{}',
    ADD COLUMN label         text NOT NULL DEFAULT '',
    ADD COLUMN last_used_at  timestamptz;
