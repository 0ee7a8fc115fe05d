-- migrate:up

-- Where people reach an établissement: told to whom it convokes. `version`: 0 is nobody's, the first one written is 1.
CREATE TABLE coordonnees_etablissement (
    uai text PRIMARY KEY,
    telephone text CHECK (length(telephone) BETWEEN 1 AND 100),
    courriel text CHECK (length(courriel) BETWEEN 3 AND 254),
    version int NOT NULL,
    par text NOT NULL,
    le timestamptz NOT NULL
);
ALTER TABLE coordonnees_etablissement ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON coordonnees_etablissement TO convocation_acteur;
CREATE POLICY lire ON coordonnees_etablissement FOR SELECT TO convocation_acteur
    USING (EXISTS (SELECT FROM mission m WHERE m.uai = coordonnees_etablissement.uai));
CREATE POLICY etablissement ON coordonnees_etablissement TO convocation_etablissement
    USING (uai = ANY ((SELECT acteur_uais())::text[]));

-- migrate:down
DROP TABLE coordonnees_etablissement;
