-- A page of the entries of an account in their order. While the index is made nothing is written to the journal, which is brief and happens
-- once.
CREATE INDEX posting_account_entry ON posting (account, entry_id);
