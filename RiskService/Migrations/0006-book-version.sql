-- Grows with every change of the book: times do not, for several events may bear the same.
ALTER TABLE book ADD COLUMN version bigint NOT NULL DEFAULT 0;
