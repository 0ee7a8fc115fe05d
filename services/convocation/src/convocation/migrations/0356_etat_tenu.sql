-- What each mission has, needs and lacks, kept: the nation's list and coverage are read, not computed (decisions/0056).
-- A statement that changes what a state depends on marks its missions in its own transaction (etat_a_refaire). Who reads
-- computes the states of marked missions and reads those of the others, so no reader is late; a loop keeps marked ones
-- again. Marks are only ever added: no writer waits for another one.
-- migrate:up

-- mission_etat (0230), which processes of the previous release call, with the missions themselves to ask for: theirs are
-- computed alone. The next release drops the older one (0031).
CREATE FUNCTION etat_des_missions(
    copies_par_lot int,
    les_missions uuid[] DEFAULT NULL,
    les_uais text[] DEFAULT NULL,
    les_academies text[] DEFAULT NULL,
    la_session text DEFAULT NULL,
    le_code text DEFAULT NULL,
    essai_profils text[] DEFAULT NULL,
    essai_lot int DEFAULT NULL,
    essai_correcteurs int DEFAULT NULL
) RETURNS TABLE (
    mission_id uuid, session text, uai text, academie text, etablissement_nom text, etablissement_commune text,
    type text, voie text, code text, libelle text, candidats int, date_debut date, recherche text, active boolean,
    besoin int, pourvus int, convoques int, correcteurs int, refusees int, mails_echoues int,
    empechements int, profils_manquants text[],
    sans_correcteur boolean, a_pourvoir boolean, deficit boolean, profil_manquant boolean, refusee boolean,
    empechement boolean, mail_echoue boolean, sans_coordinateur boolean, sans_signature boolean, sans_candidat boolean
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT e.mission_id, e.session, e.uai, e.academie, e.etablissement_nom, e.etablissement_commune, e.type, e.voie, e.code,
       e.libelle, e.candidats, e.date_debut, e.recherche, e.active,
       e.besoin, CASE WHEN e.correction THEN e.correcteurs ELSE e.convoques END, e.convoques, e.correcteurs,
       e.refusees, e.mails_echoues, e.empechements,
       CASE WHEN NOT e.active OR e.requis <@ e.profils THEN '{}'
            ELSE ARRAY(SELECT p.profil FROM unnest(e.requis) WITH ORDINALITY AS p (profil, rang)
                       WHERE p.profil <> ALL (e.profils) ORDER BY p.rang) END,
       e.active AND e.correction AND e.correcteurs = 0,
       e.active AND NOT e.correction AND e.convoques < e.besoin,
       e.active AND e.correction AND e.correcteurs < e.besoin,
       e.active AND NOT e.requis <@ e.profils,
       e.refusees > 0,
       e.empechements > 0,
       e.mails_echoues > 0,
       e.active AND e.correction AND e.coordinateurs = 0,
       e.active AND e.signataire IS NULL,
       NOT e.active AND e.convoques > 0
FROM (
    SELECT m.mission_id, m.session, m.uai, m.academie, m.etablissement_nom, m.etablissement_commune, m.type, m.voie,
           m.code, m.libelle, m.candidats, m.date_debut, m.recherche,
           m.status = 'ACTIVE' AS active, m.type = 'CORRECTION' AS correction, s.uai AS signataire,
           -- One person has a scan done (R48). Else a number that is fixed, or one person a lot, for each profile (R47).
           CASE WHEN m.type <> 'CORRECTION' THEN 1
                WHEN essai_profils IS NULL THEN
                    coalesce(x.correcteurs, (m.candidats + coalesce(x.lot_copies, copies_par_lot) - 1) / coalesce(x.lot_copies, copies_par_lot)
                                            * greatest(1, cardinality(coalesce(p.noms, '{}'))))
                ELSE coalesce(essai_correcteurs, (m.candidats + coalesce(essai_lot, copies_par_lot) - 1) / coalesce(essai_lot, copies_par_lot)
                                                 * greatest(1, cardinality(essai_profils))) END AS besoin,
           CASE WHEN m.type = 'CORRECTION' THEN coalesce(essai_profils, p.noms, '{}') ELSE '{}' END AS requis,
           coalesce(g.convoques, 0) AS convoques, coalesce(g.correcteurs, 0) AS correcteurs,
           coalesce(g.coordinateurs, 0) AS coordinateurs, coalesce(g.profils, '{}') AS profils,
           coalesce(g.refusees, 0) AS refusees, coalesce(g.mails_echoues, 0) AS mails_echoues,
           coalesce(g.empechements, 0) AS empechements
    FROM mission m
    -- The académie's own rule, else the nation's, else none.
    LEFT JOIN exigence propre ON propre.academie = m.academie AND propre.code_epreuve = m.code
    LEFT JOIN exigence x ON x.code_epreuve = m.code AND x.academie = coalesce(propre.academie, '*')
    LEFT JOIN (SELECT academie, code_epreuve, array_agg(profil ORDER BY rang) AS noms
               FROM profil_requis GROUP BY academie, code_epreuve) AS p
        ON p.academie = x.academie AND p.code_epreuve = x.code_epreuve
    LEFT JOIN signature s ON s.uai = m.uai
    LEFT JOIN (
        SELECT c.mission_id,
               count(*) FILTER (WHERE c.status = 'ACTIVE')::int AS convoques,
               -- Who corrects (R16): coordinateurs and their adjoints follow the correction.
               count(*) FILTER (WHERE c.status = 'ACTIVE' AND c.qualite IN ('CORRECTEUR', 'CORRECTEUR_SUPPLEANT'))::int
                   AS correcteurs,
               count(*) FILTER (WHERE c.status = 'ACTIVE' AND c.qualite = 'COORDINATEUR')::int AS coordinateurs,
               array_agg(c.profil) FILTER (WHERE c.status = 'ACTIVE' AND c.profil IS NOT NULL) AS profils,
               count(*) FILTER (WHERE c.status = 'ACTIVE' AND a.convocation_id IS NOT NULL)::int AS refusees,
               -- Cancelled people too: they do not know that they need not come.
               count(*) FILTER (WHERE n.convocation_id IS NOT NULL AND r.version IS NULL)::int AS mails_echoues,
               count(t.convocation_id)::int AS empechements
        FROM mission y JOIN convocation c ON c.mission_id = y.mission_id
        LEFT JOIN acces a ON a.convocation_id = c.convocation_id AND a.convocation_version = c.version
             AND a.etat = 'REJETEE'
        LEFT JOIN notification n ON n.convocation_id = c.convocation_id AND n.convocation_version = c.version
             AND n.etat IN ('ECHOUEE', 'REVENUE')
        LEFT JOIN remise r ON r.convocation_id = n.convocation_id AND r.version = n.convocation_version
        LEFT JOIN empechement t ON t.convocation_id = c.convocation_id AND t.etat = 'OUVERT'
        WHERE (les_missions IS NULL OR y.mission_id = ANY (les_missions))
          AND (les_uais IS NULL OR y.uai = ANY (les_uais))
          AND (les_academies IS NULL OR y.academie = ANY (les_academies))
          AND (la_session IS NULL OR y.session = la_session)
          AND (le_code IS NULL OR y.code = le_code)
        GROUP BY c.mission_id) AS g ON g.mission_id = m.mission_id
    WHERE (les_missions IS NULL OR m.mission_id = ANY (les_missions))
      AND (les_uais IS NULL OR m.uai = ANY (les_uais))
      AND (les_academies IS NULL OR m.academie = ANY (les_academies))
      AND (la_session IS NULL OR m.session = la_session)
      AND (le_code IS NULL OR m.code = le_code)) AS e;
END;

-- A mark names a mission, or whose missions: a rule that is written does not see a mission that comes at the same moment.
CREATE TABLE etat_a_refaire (
    mission_id uuid, code text, uai text, CHECK (num_nonnulls(mission_id, code, uai) = 1)
);
-- The columns of etat_des_missions, in its order, and the setting it was told. No foreign key: keeping a state would wait for
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
    INSERT INTO etat_a_refaire (code) VALUES (coalesce(NEW.code_epreuve, OLD.code_epreuve));
    RETURN NULL;
END $$;
CREATE FUNCTION etat_depend_de_signature() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO etat_a_refaire (uai) VALUES (coalesce(NEW.uai, OLD.uai));
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
DROP FUNCTION etat_des_missions;
