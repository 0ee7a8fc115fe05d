-- migrate:up

-- What becomes of a closing received for an académie; one that is not here: AUTOMATIQUE, it is applied at once.
CREATE TABLE politique (
    academie text PRIMARY KEY,
    mode text NOT NULL CHECK (mode IN ('AUTOMATIQUE', 'VALIDATION')),
    par text NOT NULL,
    le timestamptz NOT NULL
);

-- `revision` stays the guard, the highest received; what the missions follow may be older, or nothing yet (0).
ALTER TABLE cloture ADD COLUMN revision_appliquee bigint NOT NULL DEFAULT 0;
UPDATE cloture SET revision_appliquee = revision;
ALTER TABLE cloture ALTER COLUMN appliquee_le DROP NOT NULL, ALTER COLUMN appliquee_le DROP DEFAULT;

-- `bilan`: missions créées, modifiées, inchangées, sans candidat; as applied, else as reckoned on receipt.
ALTER TABLE cloture_recue
    ADD COLUMN etat text NOT NULL DEFAULT 'APPLIQUEE'
        CHECK (etat IN ('APPLIQUEE', 'A_VALIDER', 'REFUSEE', 'REMPLACEE')),
    ADD COLUMN academie text,
    ADD COLUMN session text,
    ADD COLUMN uai text,
    ADD COLUMN correlation_id text,
    ADD COLUMN bilan jsonb,
    ADD COLUMN decidee_par text,
    ADD COLUMN decidee_le timestamptz,
    ADD COLUMN motif text;
UPDATE cloture_recue r SET academie = c.academie, session = c.session, uai = c.uai FROM cloture c WHERE c.cloture = r.cloture;
ALTER TABLE cloture_recue ALTER COLUMN etat DROP DEFAULT;
-- one revision of a closing waits at most
CREATE UNIQUE INDEX cloture_a_valider ON cloture_recue (cloture) WHERE etat = 'A_VALIDER';
CREATE INDEX cloture_recue_academie ON cloture_recue (academie, session, uai, revision);

-- Who is convoked, counted by mission: no name, no number.
CREATE TABLE convocation_active (
    convocation_id uuid PRIMARY KEY,
    mission_id uuid NOT NULL,
    version bigint NOT NULL,
    hash text NOT NULL,
    active boolean NOT NULL
);
CREATE INDEX convocation_active_mission ON convocation_active (mission_id) WHERE active;

-- migrate:down
DROP TABLE convocation_active;
DROP INDEX cloture_recue_academie;
DROP INDEX cloture_a_valider;
ALTER TABLE cloture_recue DROP COLUMN etat, DROP COLUMN academie, DROP COLUMN session, DROP COLUMN uai,
    DROP COLUMN correlation_id, DROP COLUMN bilan, DROP COLUMN decidee_par, DROP COLUMN decidee_le, DROP COLUMN motif;
UPDATE cloture SET appliquee_le = now() WHERE appliquee_le IS NULL;
ALTER TABLE cloture ALTER COLUMN appliquee_le SET DEFAULT now(), ALTER COLUMN appliquee_le SET NOT NULL;
ALTER TABLE cloture DROP COLUMN revision_appliquee;
DROP TABLE politique;
