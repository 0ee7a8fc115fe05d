-- migrate:up

-- What SANTORIN and the mails made of each convocation (AccesChanged, NotificationSent, NotificationFailed).
-- Version and hash are the guard; convocation_version says which version of ours it is about.
CREATE TABLE acces (
    convocation_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    hash text NOT NULL,
    convocation_version bigint,
    etat text NOT NULL,
    motif text
);
CREATE TABLE notification (
    convocation_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    hash text NOT NULL,
    convocation_version bigint NOT NULL,
    etat text NOT NULL,
    motif text
);

-- The signature's image: a PNG that we wrote ourselves (D41).
ALTER TABLE signature ADD COLUMN image bytea CHECK (octet_length(image) <= 2000000);

-- The document of a version, as first rendered: the bytes that everybody gets (D29).
CREATE TABLE document (
    convocation_id uuid NOT NULL,
    version int NOT NULL,
    signature_version int,
    sha256 text NOT NULL,
    octets bytea NOT NULL,
    rendu_le timestamptz NOT NULL,
    PRIMARY KEY (convocation_id, version),
    FOREIGN KEY (convocation_id, version) REFERENCES convocation_version
);

-- Warnings that were read and overridden when somebody was convoked, with the reason given.
CREATE TABLE passage_outre (
    convocation_id uuid NOT NULL,
    version int NOT NULL,
    avertissements jsonb NOT NULL,
    motif text NOT NULL,
    par text NOT NULL,
    le timestamptz NOT NULL,
    PRIMARY KEY (convocation_id, version),
    FOREIGN KEY (convocation_id, version) REFERENCES convocation_version
);

-- R36: whom the établissement did not find, for the gestionnaire to create.
CREATE TABLE demande (
    demande_id uuid PRIMARY KEY,
    uai text NOT NULL,
    academie text NOT NULL,
    nom text NOT NULL,
    prenom text NOT NULL,
    precisions text NOT NULL,
    etat text NOT NULL DEFAULT 'OUVERTE' CHECK (etat IN ('OUVERTE', 'TRAITEE', 'REFUSEE')),
    reponse text,
    par text NOT NULL,
    le timestamptz NOT NULL,
    repondue_par text,
    repondue_le timestamptz
);
CREATE INDEX demande_uai ON demande (uai, le DESC);
CREATE INDEX demande_academie ON demande (academie, etat, le DESC);

-- The gestionnaire IMAGIN of each académie, whom the guide says to contact (R36, R54).
CREATE TABLE contact (
    academie text PRIMARY KEY,
    nom text NOT NULL,
    courriel text NOT NULL,
    telephone text NOT NULL,
    horaires text NOT NULL
);

-- Lists of missions search, sort and filter on these; `recherche` is folded text, written with the mission.
ALTER TABLE mission ADD COLUMN recherche text NOT NULL DEFAULT '';
UPDATE mission SET recherche = regexp_replace(
    upper(translate(libelle || ' ' || code || ' ' || uai || ' ' || etablissement_nom || ' ' || etablissement_commune,
                    'àâäéèêëîïôöùûüçÀÂÄÉÈÊËÎÏÔÖÙÛÜÇ', 'aaaeeeeiioouuucAAAEEEEIIOOUUUC')), '[^A-Z0-9]+', ' ', 'g');
CREATE INDEX convocation_active ON convocation (mission_id) WHERE status = 'ACTIVE';

-- migrate:down
DROP INDEX convocation_active;
DROP TABLE contact, demande, passage_outre, document, notification, acces;
ALTER TABLE mission DROP COLUMN recherche;
ALTER TABLE signature DROP COLUMN image;
