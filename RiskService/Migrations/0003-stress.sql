-- Capital by tranche, told with the pool; null until it was told since the book was last read as a whole.
ALTER TABLE book ADD COLUMN tranches jsonb;
