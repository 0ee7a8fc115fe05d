-- The second lock (docs/decisions/0040): a transaction of the role mission_import_acteur writes what its acteur reaches,
-- and sees no file, no closing and no mission of another académie.
-- migrate:up

-- Which académie an établissement is of, and what an académie chose, is read by all.
ALTER TABLE cloture ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON cloture TO mission_import_acteur;
CREATE POLICY lire ON cloture FOR SELECT TO mission_import_acteur USING (true);
CREATE POLICY ecrire ON cloture FOR ALL TO mission_import_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE politique ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON politique TO mission_import_acteur;
CREATE POLICY lire ON politique FOR SELECT TO mission_import_acteur USING (true);
CREATE POLICY ecrire ON politique FOR ALL TO mission_import_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));

ALTER TABLE cloture_recue ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON cloture_recue TO mission_import_acteur;
CREATE POLICY portee ON cloture_recue FOR ALL TO mission_import_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE mission ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON mission TO mission_import_acteur;
CREATE POLICY portee ON mission FOR ALL TO mission_import_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE convocation_active ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON convocation_active TO mission_import_acteur;
CREATE POLICY portee ON convocation_active FOR SELECT TO mission_import_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM mission m WHERE m.mission_id = convocation_active.mission_id));
ALTER TABLE import_fichier ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON import_fichier TO mission_import_acteur;
CREATE POLICY portee ON import_fichier FOR ALL TO mission_import_acteur
    USING ((SELECT acteur_nation()) OR par = (SELECT acteur_sub()) OR academies <@ (SELECT acteur_academies()));
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON audit TO mission_import_acteur;
CREATE POLICY lire ON audit FOR SELECT TO mission_import_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY ecrire ON audit FOR INSERT TO mission_import_acteur WITH CHECK (par = (SELECT acteur_sub()));
GRANT INSERT ON outbox TO mission_import_acteur;

-- migrate:down
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mission_import_acteur;
DROP POLICY ecrire ON audit;
DROP POLICY lire ON audit;
DROP POLICY portee ON import_fichier;
DROP POLICY portee ON convocation_active;
DROP POLICY portee ON mission;
DROP POLICY portee ON cloture_recue;
DROP POLICY ecrire ON politique;
DROP POLICY lire ON politique;
DROP POLICY ecrire ON cloture;
DROP POLICY lire ON cloture;
ALTER TABLE audit DISABLE ROW LEVEL SECURITY;
ALTER TABLE import_fichier DISABLE ROW LEVEL SECURITY;
ALTER TABLE convocation_active DISABLE ROW LEVEL SECURITY;
ALTER TABLE mission DISABLE ROW LEVEL SECURITY;
ALTER TABLE cloture_recue DISABLE ROW LEVEL SECURITY;
ALTER TABLE politique DISABLE ROW LEVEL SECURITY;
ALTER TABLE cloture DISABLE ROW LEVEL SECURITY;
