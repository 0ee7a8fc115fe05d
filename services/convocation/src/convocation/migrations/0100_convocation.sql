-- migrate:up

-- Read side of imagin.public.mission.v1; version and hash are the guard.
CREATE TABLE mission (
    mission_id uuid PRIMARY KEY,
    session text NOT NULL,
    uai text NOT NULL,
    academie text NOT NULL,
    etablissement_nom text NOT NULL,
    etablissement_commune text NOT NULL,
    type text NOT NULL,
    voie text NOT NULL,
    code text NOT NULL,
    libelle text NOT NULL,
    candidats int NOT NULL,
    date_debut date NOT NULL,
    status text NOT NULL,
    version bigint NOT NULL,
    hash text NOT NULL
);
CREATE INDEX mission_etablissement ON mission (uai, session);
CREATE INDEX mission_academie ON mission (academie, session);

-- Directory of intervenants.
CREATE TABLE intervenant (
    numero text PRIMARY KEY,
    civilite text NOT NULL,
    nom text NOT NULL,
    prenom text NOT NULL,
    courriel text NOT NULL,
    uai text NOT NULL,
    uais_secondaires text[] NOT NULL,
    disciplines text[] NOT NULL,
    academie text NOT NULL,
    actif boolean NOT NULL,
    cle text NOT NULL
);
CREATE INDEX intervenant_uai ON intervenant (uai);
CREATE INDEX intervenant_uais_secondaires ON intervenant USING gin (uais_secondaires);

-- One row a word of the name: a prefix of any word finds the person (R35).
CREATE TABLE intervenant_mot (
    academie text NOT NULL,
    mot text NOT NULL,
    numero text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    PRIMARY KEY (numero, mot)
);
CREATE INDEX intervenant_mot_prefixe ON intervenant_mot (academie, mot text_pattern_ops);

CREATE TABLE discipline (
    code text PRIMARY KEY,
    libelle text NOT NULL
);

-- Disciplines whose teachers correct an épreuve; an unknown code has none, and people are convoked by name.
CREATE TABLE epreuve_discipline (
    code_epreuve text NOT NULL,
    discipline text NOT NULL REFERENCES discipline,
    PRIMARY KEY (code_epreuve, discipline)
);

-- Required profiles (R47): generic, `rang` orders them.
CREATE TABLE profil_requis (
    code_epreuve text NOT NULL,
    rang int NOT NULL,
    profil text NOT NULL,
    disciplines text[] NOT NULL,
    PRIMARY KEY (code_epreuve, profil)
);

CREATE TABLE ouverture (
    session text NOT NULL,
    portee text NOT NULL CHECK (portee IN ('NATIONALE', 'ACADEMIE', 'ETABLISSEMENT')),
    code text NOT NULL,
    ouverte boolean NOT NULL,
    par text NOT NULL,
    le timestamptz NOT NULL,
    PRIMARY KEY (session, portee, code)
);

CREATE TABLE signature (
    uai text PRIMARY KEY,
    nom text NOT NULL,
    prenom text NOT NULL,
    qualite text NOT NULL,
    version int NOT NULL,
    par text NOT NULL,
    le timestamptz NOT NULL
);

CREATE TABLE convocation (
    convocation_id uuid PRIMARY KEY,
    mission_id uuid NOT NULL REFERENCES mission,
    numero text NOT NULL REFERENCES intervenant,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'CANCELLED')),
    nature text NOT NULL,
    qualite text,
    qualite_par_defaut boolean NOT NULL,
    profil text,
    dates date[] NOT NULL CHECK (cardinality(dates) >= 1),
    observation text NOT NULL,
    motif text,
    version int NOT NULL,
    UNIQUE (mission_id, numero)
);
CREATE INDEX convocation_numero ON convocation (numero);

-- Every version that was ever told, with its author.
CREATE TABLE convocation_version (
    convocation_id uuid NOT NULL REFERENCES convocation,
    version int NOT NULL,
    nature text NOT NULL,
    qualite text,
    qualite_par_defaut boolean NOT NULL,
    profil text,
    dates date[] NOT NULL,
    observation text NOT NULL,
    motif text,
    par text NOT NULL,
    le timestamptz NOT NULL,
    PRIMARY KEY (convocation_id, version)
);

CREATE TABLE idempotence (
    acteur text NOT NULL,
    cle text NOT NULL,
    empreinte text NOT NULL,
    reponse text,
    le timestamptz NOT NULL,
    PRIMARY KEY (acteur, cle)
);

-- migrate:down
DROP TABLE idempotence, convocation_version, convocation, signature, ouverture, profil_requis, epreuve_discipline,
    discipline, intervenant_mot, intervenant, mission;
