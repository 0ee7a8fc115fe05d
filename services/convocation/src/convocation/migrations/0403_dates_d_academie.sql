-- An académie has its own days of a session, and its own deadline, inside the nation's (decisions/0057).
-- migrate:up

CREATE TABLE session_academie (
    session text NOT NULL REFERENCES session_declaree,
    academie text NOT NULL,
    debut date,
    fin date,
    par text NOT NULL,
    le timestamptz NOT NULL,
    PRIMARY KEY (session, academie),
    CHECK (debut <= fin)
);
ALTER TABLE session_academie ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON session_academie TO convocation_acteur;
GRANT INSERT, UPDATE ON session_academie TO convocation_agent;
CREATE POLICY lire ON session_academie FOR SELECT TO convocation_acteur USING (true);
CREATE POLICY academie ON session_academie TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY nation ON session_academie TO convocation_nation USING (true);

-- A deadline is the end of an opening, as it was. `propre`: the académie has set it, inside the nation's dates.
ALTER TABLE ouverture ADD COLUMN propre boolean NOT NULL DEFAULT false;
CREATE POLICY academie ON ouverture TO convocation_academie
    USING (propre AND portee = 'ACADEMIE' AND code = ANY ((SELECT acteur_academies())::text[]));

-- migrate:down
DROP POLICY academie ON ouverture;
DELETE FROM ouverture WHERE propre;
ALTER TABLE ouverture DROP COLUMN propre;
DROP TABLE session_academie;
