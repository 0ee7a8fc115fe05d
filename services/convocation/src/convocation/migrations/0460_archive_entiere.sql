-- What 0402 left to the code alone: versions, reminders, openings and dates of an archived session, and the archive itself
-- (decisions/0057).
-- migrate:up

CREATE FUNCTION session_est_archivee(la_session text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN EXISTS (SELECT FROM session_declaree s WHERE s.session = la_session AND s.archivee_le IS NOT NULL);

CREATE POLICY archive ON convocation_version AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT convocation_est_archivee(convocation_id));
CREATE POLICY archive ON relance AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT convocation_est_archivee(convocation_id));
CREATE POLICY archive_change ON relance AS RESTRICTIVE FOR UPDATE TO convocation_acteur
    USING (true) WITH CHECK (NOT convocation_est_archivee(convocation_id));
CREATE POLICY archive ON rappel AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT session_est_archivee(session));
CREATE POLICY archive ON ouverture AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT session_est_archivee(session));
CREATE POLICY archive_change ON ouverture AS RESTRICTIVE FOR UPDATE TO convocation_acteur
    USING (true) WITH CHECK (NOT session_est_archivee(session));
CREATE POLICY archive_retrait ON ouverture AS RESTRICTIVE FOR DELETE TO convocation_acteur
    USING (NOT session_est_archivee(session));
CREATE POLICY archive ON session_academie AS RESTRICTIVE FOR INSERT TO convocation_acteur
    WITH CHECK (NOT session_est_archivee(session));
CREATE POLICY archive_change ON session_academie AS RESTRICTIVE FOR UPDATE TO convocation_acteur
    USING (true) WITH CHECK (NOT session_est_archivee(session));
-- It cannot be undone.
CREATE POLICY archive ON session_declaree AS RESTRICTIVE FOR UPDATE TO convocation_acteur
    USING (archivee_le IS NULL) WITH CHECK (true);

-- migrate:down
DROP POLICY archive ON session_declaree;
DROP POLICY archive_change ON session_academie;
DROP POLICY archive ON session_academie;
DROP POLICY archive_retrait ON ouverture;
DROP POLICY archive_change ON ouverture;
DROP POLICY archive ON ouverture;
DROP POLICY archive ON rappel;
DROP POLICY archive_change ON relance;
DROP POLICY archive ON relance;
DROP POLICY archive ON convocation_version;
DROP FUNCTION session_est_archivee;
