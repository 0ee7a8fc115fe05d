-- migrate:up

-- Closings that cannot be applied, for the gestionnaire: their reasons in words and their place, nothing of their bytes.
-- `academie`: by its closings, else by its number; NULL: of no établissement that we know, the administrateur's alone.
CREATE TABLE cloture_morte (
    reponse_id uuid PRIMARY KEY,
    academie text,
    uai text,
    session text,
    revision bigint,
    raisons text[] NOT NULL,
    topic_partition int NOT NULL,
    topic_offset bigint NOT NULL,
    topic_rang int NOT NULL,
    recue_le timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX cloture_morte_academie ON cloture_morte (academie, recue_le DESC);
CREATE INDEX cloture_recue_uai ON cloture_recue (uai, recue_le);

ALTER TABLE cloture_morte ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON cloture_morte TO mission_import_agent;
CREATE POLICY academie ON cloture_morte FOR SELECT TO mission_import_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY nation ON cloture_morte FOR SELECT TO mission_import_nation USING (true);

-- migrate:down
DROP TABLE cloture_morte;
DROP INDEX cloture_recue_uai;
