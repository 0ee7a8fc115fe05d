-- migrate:up

-- The own version of what is told about a right (AccesChanged): one more each time.
ALTER TABLE habilitation ADD COLUMN acces_version int NOT NULL DEFAULT 0;

-- migrate:down
ALTER TABLE habilitation DROP COLUMN acces_version;
