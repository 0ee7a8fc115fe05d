-- An archived session is read and not written (decisions/0057): the code refuses it, and so does the database. Events of
-- SANTORIN and of the notifier are the service's own, and are kept.
-- migrate:up

CREATE FUNCTION mission_est_archivee(la_mission uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN EXISTS (SELECT FROM mission m JOIN session_declaree s ON s.session = m.session
               WHERE m.mission_id = la_mission AND s.archivee_le IS NOT NULL);
CREATE FUNCTION convocation_est_archivee(la_convocation uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (SELECT mission_est_archivee(mission_id) FROM convocation WHERE convocation_id = la_convocation);

CREATE POLICY archive ON convocation AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT mission_est_archivee(mission_id));
CREATE POLICY archive_change ON convocation AS RESTRICTIVE FOR UPDATE TO convocation_acteur
    USING (true) WITH CHECK (NOT mission_est_archivee(mission_id));
CREATE POLICY archive ON brouillon AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT mission_est_archivee(mission_id));
CREATE POLICY archive ON prise_de_connaissance AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT convocation_est_archivee(convocation_id));
CREATE POLICY archive ON remise AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT convocation_est_archivee(convocation_id));
CREATE POLICY archive ON courriel_demande AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT convocation_est_archivee(convocation_id));
CREATE POLICY archive ON empechement AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT convocation_est_archivee(convocation_id));
CREATE POLICY archive_change ON empechement AS RESTRICTIVE FOR UPDATE TO convocation_acteur
    USING (true) WITH CHECK (NOT convocation_est_archivee(convocation_id));

-- migrate:down
DROP POLICY archive_change ON empechement;
DROP POLICY archive ON empechement;
DROP POLICY archive ON courriel_demande;
DROP POLICY archive ON remise;
DROP POLICY archive ON prise_de_connaissance;
DROP POLICY archive ON brouillon;
DROP POLICY archive_change ON convocation;
DROP POLICY archive ON convocation;
DROP FUNCTION convocation_est_archivee, mission_est_archivee;
