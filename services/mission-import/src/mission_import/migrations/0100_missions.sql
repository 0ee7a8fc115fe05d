-- migrate:up

-- The latest revision applied of each closing: the version guard's row. `cloture` is "session|uai".
CREATE TABLE cloture (
    cloture text PRIMARY KEY,
    session text NOT NULL,
    uai text NOT NULL,
    academie text NOT NULL,
    revision bigint NOT NULL,
    hash text NOT NULL,
    appliquee_le timestamptz NOT NULL DEFAULT now()
);

-- Closings as received and applied, every revision, byte for byte.
CREATE TABLE cloture_recue (
    cloture text NOT NULL,
    revision bigint NOT NULL,
    ce_id text NOT NULL,
    contenu bytea NOT NULL,
    recue_le timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cloture, revision)
);

CREATE TABLE mission (
    mission_id uuid PRIMARY KEY,
    cloture text NOT NULL,
    session text NOT NULL,
    uai text NOT NULL,
    etablissement_nom text NOT NULL,
    etablissement_commune text NOT NULL,
    academie text NOT NULL,
    type text NOT NULL,
    voie text NOT NULL,
    code text NOT NULL,
    libelle text NOT NULL,
    candidats int NOT NULL,
    date_debut date NOT NULL,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'WITHDRAWN')),
    version bigint NOT NULL
);
-- (cloture, voie, code) is unique because mission_id is computed from it
CREATE INDEX mission_cloture ON mission (cloture);

-- migrate:down
DROP TABLE mission;
DROP TABLE cloture_recue;
DROP TABLE cloture;
