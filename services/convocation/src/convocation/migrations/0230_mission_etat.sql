-- migrate:up

-- The few rights refused and mails failed, found without reading those of the whole nation.
CREATE INDEX acces_refuse ON acces (convocation_id) WHERE etat = 'REJETEE';
CREATE INDEX notification_en_echec ON notification (convocation_id) WHERE etat IN ('ECHOUEE', 'REVENUE');

-- What each mission has, needs and lacks: the one place where this is decided (docs/decisions/0027). Lists, pages,
-- coverage, their exports and APIs, and the effect of a changed exigence read it.
--
-- copies_par_lot: the setting, for an exigence without a lot of its own. les_uais, les_academies, la_session, le_code:
-- which missions, NULL for all. essai_*: where essai_profils is not NULL, the rule to try in place of each mission's own.
--
-- One SELECT, not STRICT and without SET, so that the planner inlines it into the query that calls it and reads the
-- people of the missions asked for alone. Both parts repeat the conditions for the same reason.
CREATE FUNCTION mission_etat(
    copies_par_lot int,
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
                    coalesce(x.correcteurs, ceil(m.candidats::numeric / coalesce(x.lot_copies, copies_par_lot))::int
                                            * greatest(1, cardinality(coalesce(p.noms, '{}'))))
                ELSE coalesce(essai_correcteurs, ceil(m.candidats::numeric / coalesce(essai_lot, copies_par_lot))::int
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
        WHERE (les_uais IS NULL OR y.uai = ANY (les_uais))
          AND (les_academies IS NULL OR y.academie = ANY (les_academies))
          AND (la_session IS NULL OR y.session = la_session)
          AND (le_code IS NULL OR y.code = le_code)
        GROUP BY c.mission_id) AS g ON g.mission_id = m.mission_id
    WHERE (les_uais IS NULL OR m.uai = ANY (les_uais))
      AND (les_academies IS NULL OR m.academie = ANY (les_academies))
      AND (la_session IS NULL OR m.session = la_session)
      AND (le_code IS NULL OR m.code = le_code)) AS e;
END;

-- The view exigence_mission stays: processes of the previous release read it. The next release drops it (0031).

-- migrate:down
DROP FUNCTION mission_etat;
DROP INDEX notification_en_echec, acces_refuse;
