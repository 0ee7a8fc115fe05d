-- migrate:up

-- Convocations are counted by académie and status twice a minute: without it that reads the whole table, events and all.
CREATE INDEX convocation_mission_status ON convocation (mission_id, status);

-- migrate:down
DROP INDEX convocation_mission_status;
