-- Of an event with several causes trace_parent has the first one's trace, and this the others', separated by spaces.
ALTER TABLE outbox ADD COLUMN trace_links text;
