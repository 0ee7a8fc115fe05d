-- migrate:up

-- « Préparer la session »: what is entered for a mission before anybody is convoked. It holds numbers of people until then.
CREATE TABLE brouillon (
    mission_id uuid PRIMARY KEY REFERENCES mission,
    saisie jsonb NOT NULL,
    par_nom text NOT NULL,
    le timestamptz NOT NULL
);
ALTER TABLE brouillon ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON brouillon TO convocation_agent;
CREATE POLICY mission ON brouillon TO convocation_academie, convocation_etablissement
    USING (EXISTS (SELECT FROM mission m WHERE m.mission_id = brouillon.mission_id));
CREATE POLICY nation ON brouillon TO convocation_nation USING (true);

-- migrate:down
DROP TABLE brouillon;
