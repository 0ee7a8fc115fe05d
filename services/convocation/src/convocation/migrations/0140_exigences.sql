-- migrate:up

-- What an épreuve asks for (R47), for the nation ('*') or, in its place, for one académie: profiles, the copies of a
-- lot (NULL: the setting), or simply a number of correcteurs (NULL: counted from copies and profiles).
CREATE TABLE exigence (
    academie text NOT NULL,
    code_epreuve text NOT NULL,
    lot_copies int CHECK (lot_copies BETWEEN 1 AND 1000),
    correcteurs int CHECK (correcteurs BETWEEN 0 AND 1000),
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (academie, code_epreuve)
);
INSERT INTO exigence (academie, code_epreuve) SELECT DISTINCT '*', code_epreuve FROM profil_requis;
ALTER TABLE profil_requis ADD COLUMN academie text NOT NULL DEFAULT '*';
ALTER TABLE profil_requis ALTER COLUMN academie DROP DEFAULT;
ALTER TABLE profil_requis DROP CONSTRAINT profil_requis_pkey;
ALTER TABLE profil_requis ADD PRIMARY KEY (academie, code_epreuve, profil);
ALTER TABLE profil_requis ADD FOREIGN KEY (academie, code_epreuve) REFERENCES exigence ON DELETE CASCADE;

-- The exigence that holds for each mission: the académie's own, else the nation's, else none.
CREATE VIEW exigence_mission AS
SELECT m.mission_id, e.lot_copies, e.correcteurs,
       ARRAY(SELECT p.profil FROM profil_requis p
             WHERE p.academie = e.academie AND p.code_epreuve = e.code_epreuve ORDER BY p.rang) AS requis
FROM mission m
LEFT JOIN LATERAL (SELECT x.* FROM exigence x
                   WHERE x.code_epreuve = m.code AND x.academie IN (m.academie, '*')
                   ORDER BY x.academie = '*' LIMIT 1) AS e ON true;

-- migrate:down
DROP VIEW exigence_mission;
DELETE FROM profil_requis WHERE academie <> '*';
ALTER TABLE profil_requis DROP CONSTRAINT profil_requis_academie_code_epreuve_fkey;
ALTER TABLE profil_requis DROP CONSTRAINT profil_requis_pkey;
ALTER TABLE profil_requis DROP COLUMN academie;
ALTER TABLE profil_requis ADD PRIMARY KEY (code_epreuve, profil);
DROP TABLE exigence;
