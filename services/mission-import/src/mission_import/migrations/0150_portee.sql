-- The second lock (docs/decisions/0040): a transaction of an acteur writes what its acteur reaches, and sees no file, no
-- closing that waits and no mission of another académie. Only the rectorat comes here: the nation and académies.
-- migrate:up

-- Which académie an établissement is of, and what an académie chose, is read by all.
ALTER TABLE cloture ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON cloture TO mission_import_agent;
CREATE POLICY lire ON cloture FOR SELECT TO mission_import_agent USING (true);
CREATE POLICY academie ON cloture TO mission_import_academie USING (academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE politique ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON politique TO mission_import_agent;
CREATE POLICY lire ON politique FOR SELECT TO mission_import_agent USING (true);
CREATE POLICY academie ON politique TO mission_import_academie USING (academie = ANY ((SELECT acteur_academies())::text[]));

-- An établissement that moves to another académie takes its closing there with the first revision that says so. Whoever
-- decides of that one must see what came before it, and the missions there are, which still say the former académie.
ALTER TABLE cloture_recue ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON cloture_recue TO mission_import_agent;
CREATE POLICY academie ON cloture_recue TO mission_import_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]) OR EXISTS (
        SELECT FROM cloture c WHERE c.cloture = cloture_recue.cloture
        AND c.academie = ANY ((SELECT acteur_academies())::text[])));
ALTER TABLE mission ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON mission TO mission_import_agent;
CREATE POLICY academie ON mission TO mission_import_academie
    USING (EXISTS (SELECT FROM cloture c WHERE c.cloture = mission.cloture
                   AND c.academie = ANY ((SELECT acteur_academies())::text[])));
ALTER TABLE convocation_active ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON convocation_active TO mission_import_agent;
CREATE POLICY academie ON convocation_active FOR SELECT TO mission_import_academie
    USING (EXISTS (SELECT FROM mission m WHERE m.mission_id = convocation_active.mission_id));
ALTER TABLE import_fichier ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON import_fichier TO mission_import_agent;
CREATE POLICY academie ON import_fichier TO mission_import_academie
    USING (par = (SELECT acteur_sub()) OR academies <@ (SELECT acteur_academies()));
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON audit TO mission_import_agent;
CREATE POLICY nation ON audit FOR SELECT TO mission_import_nation USING (true);
CREATE POLICY academie ON audit FOR SELECT TO mission_import_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]) OR EXISTS (
        SELECT FROM cloture c WHERE c.cloture = substring(audit.objet FROM '^cloture\|(.*)\|')
        AND c.academie = ANY ((SELECT acteur_academies())::text[])));
CREATE POLICY ecrire ON audit FOR INSERT TO mission_import_agent WITH CHECK (par = (SELECT acteur_sub()));
GRANT INSERT ON outbox TO mission_import_agent;

-- The nation's reach is every row; what it may do there, the policy of the code says.
DO $$
DECLARE one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['cloture', 'politique', 'cloture_recue', 'mission', 'convocation_active', 'import_fichier'] LOOP
        EXECUTE format('CREATE POLICY nation ON %I TO mission_import_nation USING (true)', one);
    END LOOP;
END $$;

-- migrate:down
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', one.policyname, one.tablename);
    END LOOP;
    FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', one.relname);
    END LOOP;
END $$;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mission_import_agent;
