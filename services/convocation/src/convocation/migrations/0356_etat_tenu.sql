-- What mission_etat says of each mission, kept: the nation's list and coverage are read, not computed (decisions/0056).
-- A statement that changes what a state depends on marks its missions in its own transaction (etat_a_refaire). Who reads
-- computes the states of marked missions and reads those of the others, so no reader is late; a loop keeps marked ones
-- again. Marks are only ever added: no writer waits for another one.
-- migrate:up

CREATE TABLE etat_a_refaire (mission_id uuid NOT NULL);
-- The columns of mission_etat, in its order, and the setting it was told. No foreign key: keeping a state would wait for
-- who convokes, and be waited for.
CREATE TABLE etat_tenu (
    mission_id uuid PRIMARY KEY, session text NOT NULL, uai text NOT NULL, academie text NOT NULL,
    etablissement_nom text NOT NULL, etablissement_commune text NOT NULL, type text NOT NULL, voie text NOT NULL,
    code text NOT NULL, libelle text NOT NULL, candidats int NOT NULL, date_debut date NOT NULL, recherche text NOT NULL,
    active boolean NOT NULL, besoin int NOT NULL, pourvus int NOT NULL, convoques int NOT NULL, correcteurs int NOT NULL,
    refusees int NOT NULL, mails_echoues int NOT NULL, empechements int NOT NULL, profils_manquants text[] NOT NULL,
    sans_correcteur boolean NOT NULL, a_pourvoir boolean NOT NULL, deficit boolean NOT NULL,
    profil_manquant boolean NOT NULL, refusee boolean NOT NULL, empechement boolean NOT NULL,
    mail_echoue boolean NOT NULL, sans_coordinateur boolean NOT NULL, sans_signature boolean NOT NULL,
    sans_candidat boolean NOT NULL,
    copies_par_lot int NOT NULL
);
CREATE INDEX etat_tenu_academie ON etat_tenu (academie, session);
CREATE INDEX etat_tenu_copies_par_lot ON etat_tenu (copies_par_lot);  -- finds those of another setting, if any

-- Établissements read few missions, and compute them.
ALTER TABLE etat_tenu ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON etat_tenu TO convocation_nation, convocation_academie;
CREATE POLICY nation ON etat_tenu TO convocation_nation USING (true);
CREATE POLICY academie ON etat_tenu TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE etat_a_refaire ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON etat_a_refaire TO convocation_nation, convocation_academie;
CREATE POLICY lire ON etat_a_refaire TO convocation_nation, convocation_academie USING (true);

-- Missions come by thousands, so theirs is told of all rows of a statement at once.
CREATE FUNCTION etat_depend_de_mission() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO etat_a_refaire SELECT mission_id FROM lignes;
    RETURN NULL;
END $$;
CREATE FUNCTION etat_depend_de_convocation() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO etat_a_refaire VALUES (coalesce(NEW.mission_id, OLD.mission_id));
    RETURN NULL;
END $$;
CREATE FUNCTION etat_depend_de_suite() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO etat_a_refaire
    SELECT mission_id FROM convocation WHERE convocation_id = coalesce(NEW.convocation_id, OLD.convocation_id);
    RETURN NULL;
END $$;
CREATE FUNCTION etat_depend_de_reponse() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN  -- of the many answers of a season, few are counted
    IF NEW.etat IN ('REJETEE', 'ECHOUEE', 'REVENUE') OR OLD.etat IN ('REJETEE', 'ECHOUEE', 'REVENUE') THEN
        INSERT INTO etat_a_refaire
        SELECT mission_id FROM convocation WHERE convocation_id = coalesce(NEW.convocation_id, OLD.convocation_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION etat_depend_d_exigence() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO etat_a_refaire
    SELECT mission_id FROM mission WHERE code = coalesce(NEW.code_epreuve, OLD.code_epreuve);
    RETURN NULL;
END $$;
CREATE FUNCTION etat_depend_de_signature() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO etat_a_refaire SELECT mission_id FROM mission WHERE uai = coalesce(NEW.uai, OLD.uai);
    RETURN NULL;
END $$;

-- contract: mission.etat_ajoute: it refuses nothing, it marks
-- contract: mission.etat_change: it refuses nothing, it marks
-- contract: mission.etat_retire: it refuses nothing, it marks
CREATE TRIGGER etat_ajoute AFTER INSERT ON mission REFERENCING NEW TABLE AS lignes
FOR EACH STATEMENT EXECUTE FUNCTION etat_depend_de_mission();
CREATE TRIGGER etat_change AFTER UPDATE ON mission REFERENCING NEW TABLE AS lignes
FOR EACH STATEMENT EXECUTE FUNCTION etat_depend_de_mission();
CREATE TRIGGER etat_retire AFTER DELETE ON mission REFERENCING OLD TABLE AS lignes
FOR EACH STATEMENT EXECUTE FUNCTION etat_depend_de_mission();
-- contract: convocation.etat_depend: it refuses nothing, it marks
CREATE TRIGGER etat_depend AFTER INSERT OR UPDATE OR DELETE ON convocation
FOR EACH ROW EXECUTE FUNCTION etat_depend_de_convocation();
-- contract: remise.etat_depend: it refuses nothing, it marks
CREATE TRIGGER etat_depend AFTER INSERT OR UPDATE OR DELETE ON remise
FOR EACH ROW EXECUTE FUNCTION etat_depend_de_suite();
-- contract: empechement.etat_depend: it refuses nothing, it marks
CREATE TRIGGER etat_depend AFTER INSERT OR UPDATE OR DELETE ON empechement
FOR EACH ROW EXECUTE FUNCTION etat_depend_de_suite();
-- contract: acces.etat_depend: it refuses nothing, it marks
CREATE TRIGGER etat_depend AFTER INSERT OR UPDATE OR DELETE ON acces
FOR EACH ROW EXECUTE FUNCTION etat_depend_de_reponse();
-- contract: notification.etat_depend: it refuses nothing, it marks
CREATE TRIGGER etat_depend AFTER INSERT OR UPDATE OR DELETE ON notification
FOR EACH ROW EXECUTE FUNCTION etat_depend_de_reponse();
-- contract: exigence.etat_depend: it refuses nothing, it marks
CREATE TRIGGER etat_depend AFTER INSERT OR UPDATE OR DELETE ON exigence
FOR EACH ROW EXECUTE FUNCTION etat_depend_d_exigence();
-- contract: profil_requis.etat_depend: it refuses nothing, it marks
CREATE TRIGGER etat_depend AFTER INSERT OR UPDATE OR DELETE ON profil_requis
FOR EACH ROW EXECUTE FUNCTION etat_depend_d_exigence();
-- contract: signature.etat_depend: it refuses nothing, it marks
CREATE TRIGGER etat_depend AFTER INSERT OR UPDATE OR DELETE ON signature
FOR EACH ROW EXECUTE FUNCTION etat_depend_de_signature();

INSERT INTO etat_a_refaire SELECT mission_id FROM mission;

-- migrate:down
DROP FUNCTION etat_depend_de_mission, etat_depend_de_convocation, etat_depend_de_suite, etat_depend_de_reponse,
    etat_depend_d_exigence, etat_depend_de_signature CASCADE;
DROP TABLE etat_tenu, etat_a_refaire;
