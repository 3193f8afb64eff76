-- What tranches earned in 30 days is told twice a second at most, so it is read without the years before. While an index is made nothing is
-- written to the journal, which is brief and happens once.
CREATE INDEX posting_capital ON posting (account, occurred_at) INCLUDE (entry_id, amount) WHERE account LIKE 'capital:%';
CREATE INDEX journal_entry_premium ON journal_entry (occurred_at) INCLUDE (entry_id) WHERE kind = 'premium_earned';
