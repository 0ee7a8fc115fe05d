-- migrate:up

-- A right that is deleted, after its term or because its person is erased, is taken off the compacted topic too: by a
-- record without a value, which the relay sends. A trigger, so that no deletion forgets it.
CREATE TABLE habilitation_effacee (
    convocation_id uuid PRIMARY KEY,
    le timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE habilitation_effacee ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION habilitation_s_efface() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO habilitation_effacee (convocation_id) VALUES (OLD.convocation_id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- contract: habilitation.habilitation_s_efface: it refuses nothing, it notes what is deleted
CREATE TRIGGER habilitation_s_efface AFTER DELETE ON habilitation
FOR EACH ROW EXECUTE FUNCTION habilitation_s_efface();

-- migrate:down
DROP TRIGGER habilitation_s_efface ON habilitation;
DROP FUNCTION habilitation_s_efface;
DROP TABLE habilitation_effacee;
