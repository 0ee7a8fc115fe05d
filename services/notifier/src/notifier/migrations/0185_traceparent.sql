-- migrate:up

-- In which trace a mail is told: that of the event that asks for it. A reminder, weeks later, is in none.
ALTER TABLE notification ADD COLUMN traceparent text;

-- migrate:down
ALTER TABLE notification DROP COLUMN traceparent;
