-- Who made the key that an incident was recorded with: they cannot confirm it.
ALTER TABLE incident ADD COLUMN recorded_makers text[] NOT NULL DEFAULT '{}';
