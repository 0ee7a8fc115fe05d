-- A session is declared by the administrateur (decisions/0057). Missions of a session that nobody declared are kept apart,
-- so that no list, count or act can meet them, whatever its query forgets.
-- migrate:up

-- `debut`, `fin`: the first and the last day of the corrections; null: nobody has said. An opening has its own dates.
CREATE TABLE session_declaree (
    session text PRIMARY KEY,
    libelle text NOT NULL,
    debut date,
    fin date,
    par text NOT NULL,
    le timestamptz NOT NULL,
    version int NOT NULL DEFAULT 1,
    archivee_le timestamptz,
    archivee_par text,
    CHECK (debut <= fin),
    CHECK ((archivee_le IS NULL) = (archivee_par IS NULL))
);
-- What is there already is meant: somebody works with it.
INSERT INTO session_declaree (session, libelle, par, le)
SELECT session, '', 'imagin', now() FROM (SELECT session FROM session_de_mission UNION SELECT session FROM ouverture) AS s;
ALTER TABLE session_declaree ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON session_declaree TO convocation_acteur;
GRANT INSERT, UPDATE ON session_declaree TO convocation_nation;
CREATE POLICY lire ON session_declaree FOR SELECT TO convocation_acteur USING (true);
CREATE POLICY nation ON session_declaree TO convocation_nation USING (true);

-- Missions that wait for their session to be declared: events are never refused.
CREATE TABLE mission_en_quarantaine (LIKE mission INCLUDING DEFAULTS, PRIMARY KEY (mission_id));
CREATE INDEX mission_en_quarantaine_session ON mission_en_quarantaine (session);
ALTER TABLE mission_en_quarantaine ENABLE ROW LEVEL SECURITY;
GRANT SELECT (session, uai, academie, mission_id) ON mission_en_quarantaine TO convocation_nation;
CREATE POLICY nation ON mission_en_quarantaine FOR SELECT TO convocation_nation USING (true);

-- Whoever writes a mission, a process of the previous release too. The lock: a session that is being declared takes along
-- what is written meanwhile. Read again once it is held, for the declaration may have been committed before.
CREATE FUNCTION mission_attend_sa_session() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM session_declaree WHERE session = NEW.session) THEN RETURN NEW; END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('session_declaree'));
    IF EXISTS (SELECT FROM session_declaree WHERE session = NEW.session) THEN RETURN NEW; END IF;
    DELETE FROM mission_en_quarantaine WHERE mission_id = NEW.mission_id AND version < NEW.version;
    INSERT INTO mission_en_quarantaine SELECT NEW.* ON CONFLICT (mission_id) DO NOTHING;
    RETURN NULL;
END $$;
-- contract: mission.quarantaine: it refuses nothing, it keeps apart
CREATE TRIGGER quarantaine BEFORE INSERT ON mission FOR EACH ROW EXECUTE FUNCTION mission_attend_sa_session();

CREATE FUNCTION session_recoit_ses_missions() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('session_declaree'));
    INSERT INTO mission SELECT * FROM mission_en_quarantaine WHERE session = NEW.session ON CONFLICT DO NOTHING;
    DELETE FROM mission_en_quarantaine WHERE session = NEW.session;
    RETURN NULL;
END $$;
CREATE TRIGGER missions AFTER INSERT ON session_declaree FOR EACH ROW EXECUTE FUNCTION session_recoit_ses_missions();

-- migrate:down
INSERT INTO session_declaree (session, libelle, par, le)
SELECT DISTINCT session, '', 'imagin', now() FROM mission_en_quarantaine;
DROP TRIGGER quarantaine ON mission;
DROP TABLE mission_en_quarantaine, session_declaree;
DROP FUNCTION mission_attend_sa_session, session_recoit_ses_missions;
