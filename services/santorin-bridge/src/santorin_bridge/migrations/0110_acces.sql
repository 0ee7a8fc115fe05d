-- migrate:up

-- The own version of what is told about a right (AccesChanged): one more each time.
ALTER TABLE habilitation ADD COLUMN acces_version int NOT NULL DEFAULT 0;
-- When the convocation's event came onto its topic: from there on SANTORIN waits.
ALTER TABLE habilitation ADD COLUMN convocation_le timestamptz;

-- migrate:down
ALTER TABLE habilitation DROP COLUMN convocation_le, DROP COLUMN acces_version;
