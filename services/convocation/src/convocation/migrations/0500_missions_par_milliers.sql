-- Missions come by thousands, and each one cost PostgreSQL 10 µs: 3 to ask whether its session is declared, 4 for four
-- indexes beside the key. Once a statement, and two indexes (docs/mesures.md).
-- migrate:up

-- Taken before the first row: who declares a session waits for whoever brings missions, and they for him; neither ever
-- waits for the other's rows while it holds this.
CREATE FUNCTION mission_avant_sa_session() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('session_declaree'));
    RETURN NULL;
END $$;
-- Who reads never sees them: they go in the statement that brings them. A row trigger would also keep COPY from writing
-- many rows at once.
DROP TRIGGER quarantaine ON mission;
CREATE OR REPLACE FUNCTION mission_attend_sa_session() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM lignes WHERE session NOT IN (SELECT session FROM session_declaree)) THEN
        RETURN NULL;
    END IF;
    DELETE FROM mission_en_quarantaine q USING lignes l
    WHERE q.mission_id = l.mission_id AND q.version < l.version
      AND l.session NOT IN (SELECT session FROM session_declaree);
    WITH apart AS (
        DELETE FROM mission m USING lignes l
        WHERE m.mission_id = l.mission_id AND l.session NOT IN (SELECT session FROM session_declaree)
        RETURNING m.*
    )
    INSERT INTO mission_en_quarantaine SELECT * FROM apart ON CONFLICT (mission_id) DO NOTHING;
    RETURN NULL;
END $$;
-- contract: mission.quarantaine_verrou: it refuses nothing, it waits
CREATE TRIGGER quarantaine_verrou BEFORE INSERT ON mission
FOR EACH STATEMENT EXECUTE FUNCTION mission_avant_sa_session();
-- contract: mission.quarantaine: it refuses nothing, it keeps apart
CREATE TRIGGER quarantaine AFTER INSERT ON mission REFERENCING NEW TABLE AS lignes
FOR EACH STATEMENT EXECUTE FUNCTION mission_attend_sa_session();

-- One for three: the sessions there are, an académie of a session, and a commune (a skip over the sessions).
CREATE INDEX mission_lieu ON mission (session, academie, etablissement_commune, uai);
DROP INDEX mission_session, mission_academie, mission_commune;

-- migrate:down
CREATE INDEX mission_session ON mission (session);
CREATE INDEX mission_academie ON mission (academie, session);
CREATE INDEX mission_commune ON mission (academie, etablissement_commune, uai);
DROP INDEX mission_lieu;
DROP TRIGGER quarantaine ON mission;
DROP TRIGGER quarantaine_verrou ON mission;
DROP FUNCTION mission_avant_sa_session;
CREATE OR REPLACE FUNCTION mission_attend_sa_session() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM session_declaree WHERE session = NEW.session) THEN RETURN NEW; END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('session_declaree'));
    IF EXISTS (SELECT FROM session_declaree WHERE session = NEW.session) THEN RETURN NEW; END IF;
    DELETE FROM mission_en_quarantaine WHERE mission_id = NEW.mission_id AND version < NEW.version;
    INSERT INTO mission_en_quarantaine SELECT NEW.* ON CONFLICT (mission_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER quarantaine BEFORE INSERT ON mission FOR EACH ROW EXECUTE FUNCTION mission_attend_sa_session();
