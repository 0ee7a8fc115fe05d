-- How far a session has come, a row a day and département (0063). A loop counts today's rows again and again; those of
-- earlier days stay as their evening left them. A day ends at midnight of the académie's clocks.
-- migrate:up
CREATE TABLE avancement (
    session text NOT NULL,
    academie text NOT NULL,
    departement text NOT NULL,  -- the first three digits of the UAI
    jour date NOT NULL,
    attendus int NOT NULL,
    convoques int NOT NULL,
    lus int NOT NULL,
    acceptes int NOT NULL,
    vu_le timestamptz NOT NULL,
    PRIMARY KEY (session, academie, departement, jour)
);
ALTER TABLE avancement ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON avancement TO convocation_nation, convocation_academie;
CREATE POLICY nation ON avancement TO convocation_nation USING (true);
CREATE POLICY academie ON avancement TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));

-- migrate:down
DROP TABLE avancement;
