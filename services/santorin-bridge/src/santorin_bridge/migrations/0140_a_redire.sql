-- migrate:up

-- When a right was last to be told again at the same version: its dirty key waits since then, not since its change.
ALTER TABLE habilitation ADD COLUMN a_redire_le timestamptz;

-- migrate:down
ALTER TABLE habilitation DROP COLUMN a_redire_le;
