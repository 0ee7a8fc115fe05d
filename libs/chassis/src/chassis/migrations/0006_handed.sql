-- migrate:up

-- By which number the process that wrote a row has it in memory, for its own relay; NULL: it is read from here.
ALTER TABLE outbox ADD COLUMN handed bigint;

-- migrate:down
ALTER TABLE outbox DROP COLUMN handed;
