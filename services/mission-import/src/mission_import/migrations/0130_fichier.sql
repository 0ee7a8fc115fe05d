-- migrate:up

-- A file of closings that somebody gave: A_CONFIRMER waits for its confirmation, one a person and a day at most;
-- IMPORTE is the history, without the bytes. `academies`: those of its closings; `bilan`: what the confirmation did.
CREATE TABLE import_fichier (
    import_id uuid PRIMARY KEY,
    academies text[] NOT NULL,
    par text NOT NULL,
    par_nom text NOT NULL,
    le timestamptz NOT NULL,
    sha256 text NOT NULL,
    format text NOT NULL CHECK (format IN ('JSON_LINES', 'CSV')),
    encodage text NOT NULL,
    clotures int NOT NULL,
    octets bytea,
    etat text NOT NULL CHECK (etat IN ('A_CONFIRMER', 'IMPORTE')),
    confirme_par text,
    confirme_nom text,
    confirme_le timestamptz,
    bilan jsonb,
    CHECK ((octets IS NOT NULL) = (etat = 'A_CONFIRMER'))
);
CREATE UNIQUE INDEX import_fichier_a_confirmer ON import_fichier (par) WHERE etat = 'A_CONFIRMER';
CREATE INDEX import_fichier_le ON import_fichier (le DESC);

-- The file that a revision came from; NULL: from the topic.
ALTER TABLE cloture_recue ADD COLUMN import_id uuid REFERENCES import_fichier;

-- migrate:down
ALTER TABLE cloture_recue DROP COLUMN import_id;
DROP TABLE import_fichier;
