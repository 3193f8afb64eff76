-- Nothing is read in the order of posting_id within an account: what is asked of an account is found by posting_account_entry, and of tranches'
-- capital by posting_capital. Whoever holds the journal is waited for only so long that nobody is held up behind this; it is then tried again.
SET LOCAL lock_timeout = '200ms';
DROP INDEX posting_account;
