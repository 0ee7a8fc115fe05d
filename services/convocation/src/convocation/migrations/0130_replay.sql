-- migrate:up

-- The event of the present version, byte for byte as it was sent: told again it must have the same hash, although
-- the directory or the mission says something else by now. NULL: written before this migration.
ALTER TABLE convocation ADD COLUMN evenement bytea;

-- migrate:down
ALTER TABLE convocation DROP COLUMN evenement;
