-- migrate:up

-- The sessions there are, one jump of the index each: each list of missions asks for them.
CREATE INDEX mission_session ON mission (session);

-- migrate:down
DROP INDEX mission_session;
