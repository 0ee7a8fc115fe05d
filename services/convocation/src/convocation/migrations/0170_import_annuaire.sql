-- migrate:up

-- One row a file of people that a gestionnaire gave (R36): DEPOSE waits for its checks, VERIFIE for « Importer »,
-- EN_COURS is being written. The bytes, people's data, go when it ends; `erreurs` cites lines and columns only.
CREATE TABLE import_annuaire (
    import_id uuid PRIMARY KEY,
    academie text NOT NULL,
    par text NOT NULL,
    par_role text NOT NULL,
    par_nom text NOT NULL,
    le timestamptz NOT NULL,
    sha256 text NOT NULL,
    octets bytea,
    etat text NOT NULL CHECK (etat IN ('DEPOSE', 'VERIFIE', 'EN_COURS', 'TERMINE', 'EN_ERREUR')),
    tentatives int NOT NULL DEFAULT 0,
    lignes_lues int NOT NULL DEFAULT 0,
    total int NOT NULL,
    bilan jsonb,
    erreurs jsonb
);
CREATE INDEX import_annuaire_a_faire ON import_annuaire (le) WHERE etat IN ('DEPOSE', 'VERIFIE', 'EN_COURS');
CREATE INDEX import_annuaire_academie ON import_annuaire (academie, le DESC);

-- migrate:down
DROP TABLE import_annuaire;
