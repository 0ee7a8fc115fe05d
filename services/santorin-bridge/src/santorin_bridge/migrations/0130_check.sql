-- migrate:up

-- « Qui peut entrer pour cette mission ? »
CREATE INDEX habilitation_mission ON habilitation (mission_id);
-- Since when SANTORIN can read the present version: how long its answer is waited for.
ALTER TABLE habilitation ADD COLUMN publiee_le timestamptz;

-- migrate:down
ALTER TABLE habilitation DROP COLUMN publiee_le;
DROP INDEX habilitation_mission;
