-- The accounts of liquidity providers: who holds how many shares of which tranche, and by which entry they came and went. What is signed
-- is added up: minted positive, burnt or cancelled negative.
CREATE FUNCTION uuid_v7(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    -- 48 bits of milliseconds over a random UUID, and version 4 (0100) made 7 (0111).
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
            52, 1), 53, 1),
        'hex')::uuid
$$;

CREATE TABLE share_movement (
    movement_id  uuid PRIMARY KEY,
    -- Shares are burnt before the capital they stand for is posted, so the entry is looked for at commit.
    entry_id     uuid NOT NULL REFERENCES journal_entry DEFERRABLE INITIALLY DEFERRED,
    account      text NOT NULL,
    tranche_id   text NOT NULL REFERENCES tranche,
    shares       numeric(38,18) NOT NULL CHECK (shares <> 0),
    kind         text NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'cancelled')),
    at           timestamptz NOT NULL,
    CHECK ((kind = 'deposit') = (shares > 0))
);

CREATE INDEX share_movement_account ON share_movement (account, tranche_id);
CREATE INDEX share_movement_entry ON share_movement (entry_id);
CREATE TRIGGER share_movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON share_movement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Shares of before this journal: worthless ones are gone, the others came with the last deposit of their account.
UPDATE holding SET shares = 0 FROM account WHERE account.name = 'capital:' || tranche_id AND account.balance = 0;
UPDATE tranche SET shares = 0 FROM account WHERE account.name = 'capital:' || tranche_id AND account.balance = 0;
INSERT INTO share_movement (movement_id, entry_id, account, tranche_id, shares, kind, at)
SELECT uuid_v7(e.occurred_at), e.entry_id, h.account, h.tranche_id, h.shares, 'deposit', e.occurred_at
FROM holding h CROSS JOIN LATERAL (
    SELECT * FROM journal_entry
    WHERE kind = 'deposit' AND reference = h.account
      AND EXISTS (SELECT FROM posting WHERE posting.entry_id = journal_entry.entry_id AND posting.account = 'capital:' || h.tranche_id)
    ORDER BY entry_id DESC LIMIT 1
) AS e
WHERE h.shares > 0;

-- Holdings follow the movements in the same statement that writes them, whoever writes.
CREATE FUNCTION keep_holding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO holding (account, tranche_id, shares) SELECT DISTINCT account, tranche_id, 0 FROM fresh ON CONFLICT DO NOTHING;
    UPDATE holding SET shares = holding.shares + moved.shares
    FROM (SELECT account, tranche_id, sum(shares) AS shares FROM fresh GROUP BY account, tranche_id) AS moved
    WHERE holding.account = moved.account AND holding.tranche_id = moved.tranche_id;
    UPDATE tranche SET shares = tranche.shares + moved.shares
    FROM (SELECT tranche_id, sum(shares) AS shares FROM fresh GROUP BY tranche_id) AS moved
    WHERE tranche.tranche_id = moved.tranche_id;
    RETURN NULL;
END $$;

CREATE TRIGGER share_movement_keeps_holding AFTER INSERT ON share_movement
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION keep_holding();

-- The entry that takes a tranche's capital to zero cancels its shares: what comes in later belongs to others.
CREATE FUNCTION cancel_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fresh WHERE account LIKE 'capital:%') THEN
        RETURN NULL;
    END IF;

    INSERT INTO share_movement (movement_id, entry_id, account, tranche_id, shares, kind, at)
    SELECT uuid_v7(emptied.occurred_at), emptied.entry_id, h.account, h.tranche_id, -h.shares, 'cancelled', emptied.occurred_at
    FROM (
        SELECT DISTINCT ON (account) account, entry_id, occurred_at
        FROM (
            -- Entries that are written together still come one after the other.
            SELECT f.*, a.balance + sum(f.amount) OVER (PARTITION BY f.account ORDER BY f.posting_id) AS balance
            FROM fresh f JOIN account a ON a.name = f.account
            WHERE f.account LIKE 'capital:%'
        ) AS posted
        WHERE balance = 0
        ORDER BY account, posting_id
    ) AS emptied
    JOIN holding h ON 'capital:' || h.tranche_id = emptied.account AND h.shares > 0;
    RETURN NULL;
END $$;

-- By its name it comes before posting_keeps_balance, so balances are still those of before the statement.
CREATE TRIGGER posting_cancels_shares AFTER INSERT ON posting
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION cancel_shares();

DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON share_movement FROM %I', current_user);
END $$;
