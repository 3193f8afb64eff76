-- Double entry, append-only. Amounts are signed: a debit is positive, a credit negative; the postings of an entry add up to zero.
CREATE TABLE journal_entry (
    entry_id     uuid PRIMARY KEY,
    kind         text NOT NULL,
    reference    text NOT NULL,
    occurred_at  timestamptz NOT NULL
);

CREATE TABLE account (
    name     text PRIMARY KEY,
    balance  numeric(20,2) NOT NULL DEFAULT 0
);

INSERT INTO account (name) VALUES
    ('cash'), ('deployed'), ('premium_unearned'), ('claims_payable'), ('shortfall'), ('surplus'),
    ('capital:SURE_BTC'), ('capital:SURE_SNR'), ('capital:SURE_MEZZ'), ('capital:SURE_JNR'), ('capital:SURE_JNR_PLUS'), ('capital:SURE_EQT');

CREATE TABLE posting (
    posting_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id     uuid NOT NULL REFERENCES journal_entry,
    account      text NOT NULL REFERENCES account,
    amount       numeric(20,2) NOT NULL CHECK (amount <> 0),
    occurred_at  timestamptz NOT NULL
);

CREATE INDEX posting_account ON posting (account, posting_id);
CREATE INDEX posting_entry ON posting (entry_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END $$;

CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(amount) FROM posting WHERE entry_id = NEW.entry_id) <> 0 THEN
        RAISE EXCEPTION 'journal entry % does not balance', NEW.entry_id;
    END IF;
    RETURN NULL;
END $$;

-- Checked at commit, when all postings of the entry are there.
CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();

-- Balances follow the postings in the same statement that writes them, whoever writes.
CREATE FUNCTION keep_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account SET balance = account.balance + moved.amount
    FROM (SELECT account, sum(amount) AS amount FROM fresh GROUP BY account) AS moved
    WHERE account.name = moved.account;
    RETURN NULL;
END $$;

CREATE TRIGGER posting_keeps_balance AFTER INSERT ON posting
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION keep_balance();
