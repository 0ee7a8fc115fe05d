-- The second lock (docs/decisions/0040): a transaction of the role convocation_acteur sees and writes what its acteur
-- reaches, whatever the WHERE of a query says. Coarser than the policy of the code, which says who may do what.
-- migrate:up

-- A mission is seen in its établissement and its académie, and by the people convoked on it. It is locked by who convokes,
-- and written by the consumers alone.
CREATE FUNCTION acteur_missions() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (SELECT array_agg(mission_id) FROM convocation WHERE numero = acteur_numero());
ALTER TABLE mission ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON mission TO convocation_acteur;
CREATE POLICY lire ON mission FOR SELECT TO convocation_acteur
    USING ((SELECT acteur_nation()) OR uai = ANY ((SELECT acteur_uais())::text[]) OR academie = ANY ((SELECT acteur_academies())::text[])
           OR mission_id = ANY ((SELECT acteur_missions())::uuid[]));
CREATE POLICY tenir ON mission FOR UPDATE TO convocation_acteur
    USING ((SELECT acteur_nation()) OR uai = ANY ((SELECT acteur_uais())::text[]) OR academie = ANY ((SELECT acteur_academies())::text[]))
    WITH CHECK (false);

-- A convocation is its mission's, and its person's to read and to hold.
ALTER TABLE convocation ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON convocation TO convocation_acteur;
CREATE POLICY portee ON convocation FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR numero = (SELECT acteur_numero())
           OR EXISTS (SELECT FROM mission m WHERE m.mission_id = convocation.mission_id
                      AND (m.uai = ANY ((SELECT acteur_uais())::text[]) OR m.academie = ANY ((SELECT acteur_academies())::text[]))))
    WITH CHECK ((SELECT acteur_nation())
                OR EXISTS (SELECT FROM mission m WHERE m.mission_id = convocation.mission_id
                      AND (m.uai = ANY ((SELECT acteur_uais())::text[]) OR m.academie = ANY ((SELECT acteur_academies())::text[]))));

-- What hangs on a convocation is seen and written where the convocation is seen.
ALTER TABLE convocation_version ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON convocation_version TO convocation_acteur;
CREATE POLICY portee ON convocation_version FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = convocation_version.convocation_id));
ALTER TABLE document ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON document TO convocation_acteur;
CREATE POLICY portee ON document FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = document.convocation_id));
ALTER TABLE passage_outre ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON passage_outre TO convocation_acteur;
CREATE POLICY portee ON passage_outre FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = passage_outre.convocation_id));
ALTER TABLE acces ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON acces TO convocation_acteur;
CREATE POLICY portee ON acces FOR SELECT TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = acces.convocation_id));
ALTER TABLE notification ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON notification TO convocation_acteur;
CREATE POLICY portee ON notification FOR SELECT TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = notification.convocation_id));
ALTER TABLE prise_de_connaissance ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON prise_de_connaissance TO convocation_acteur;
CREATE POLICY portee ON prise_de_connaissance FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = prise_de_connaissance.convocation_id));
ALTER TABLE remise ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON remise TO convocation_acteur;
CREATE POLICY portee ON remise FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = remise.convocation_id));
ALTER TABLE empechement ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON empechement TO convocation_acteur;
CREATE POLICY portee ON empechement FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = empechement.convocation_id));
ALTER TABLE courriel_demande ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON courriel_demande TO convocation_acteur;
CREATE POLICY portee ON courriel_demande FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation())
           OR EXISTS (SELECT FROM convocation c WHERE c.convocation_id = courriel_demande.convocation_id));

-- The directory is searched by words and arrays, whose operators PostgreSQL does not let pass a policy: behind one they
-- find no index. So all of it is read; it is written in one's académie. Who convokes holds a person, and writes none.
ALTER TABLE intervenant ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON intervenant TO convocation_acteur;
CREATE POLICY lire ON intervenant FOR SELECT TO convocation_acteur
    USING (true);
CREATE POLICY creer ON intervenant FOR INSERT TO convocation_acteur
    WITH CHECK ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY ecrire ON intervenant FOR UPDATE TO convocation_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]) OR (SELECT acteur_academies()) IS NULL)
    WITH CHECK ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE intervenant_mot ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON intervenant_mot TO convocation_acteur;
CREATE POLICY lire ON intervenant_mot FOR SELECT TO convocation_acteur
    USING (true);
CREATE POLICY creer ON intervenant_mot FOR INSERT TO convocation_acteur
    WITH CHECK ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY effacer ON intervenant_mot FOR DELETE TO convocation_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE indisponibilite ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON indisponibilite TO convocation_acteur;
CREATE POLICY lire ON indisponibilite FOR SELECT TO convocation_acteur
    USING ((SELECT acteur_sub() IS NOT NULL AND acteur_numero() IS NULL) OR numero = (SELECT acteur_numero()));
CREATE POLICY creer ON indisponibilite FOR INSERT TO convocation_acteur
    WITH CHECK ((SELECT acteur_nation()) OR EXISTS (SELECT FROM intervenant i WHERE i.numero = indisponibilite.numero
                      AND i.academie = ANY ((SELECT acteur_academies())::text[])));
CREATE POLICY effacer ON indisponibilite FOR DELETE TO convocation_acteur
    USING ((SELECT acteur_nation()) OR EXISTS (SELECT FROM intervenant i WHERE i.numero = indisponibilite.numero
                      AND i.academie = ANY ((SELECT acteur_academies())::text[])));
ALTER TABLE doublon_ecarte ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON doublon_ecarte TO convocation_acteur;
CREATE POLICY portee ON doublon_ecarte FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR EXISTS (SELECT FROM intervenant i WHERE i.numero = doublon_ecarte.numero
                      AND i.academie = ANY ((SELECT acteur_academies())::text[])));
ALTER TABLE import_annuaire ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON import_annuaire TO convocation_acteur;
CREATE POLICY portee ON import_annuaire FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));

-- One's own.
ALTER TABLE abonnement ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON abonnement TO convocation_acteur;
CREATE POLICY portee ON abonnement FOR ALL TO convocation_acteur
    USING (numero = (SELECT acteur_numero()));
ALTER TABLE lien_perdu ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON lien_perdu TO convocation_acteur;
CREATE POLICY lire ON lien_perdu FOR SELECT TO convocation_acteur
    USING ((SELECT acteur_nation()) OR numero = (SELECT acteur_numero()));
ALTER TABLE idempotence ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON idempotence TO convocation_acteur;
CREATE POLICY portee ON idempotence FOR ALL TO convocation_acteur
    USING (split_part(acteur, '|', 2) = (SELECT acteur_sub()));
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON audit TO convocation_acteur;
CREATE POLICY lire ON audit FOR SELECT TO convocation_acteur
    USING ((SELECT acteur_nation()));
CREATE POLICY ecrire ON audit FOR INSERT TO convocation_acteur
    WITH CHECK (par = (SELECT acteur_sub()));

-- The établissement's and the académie's. A signature is on the documents of all who see a mission there.
ALTER TABLE signature ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON signature TO convocation_acteur;
CREATE POLICY lire ON signature FOR SELECT TO convocation_acteur
    USING (uai = ANY ((SELECT acteur_uais())::text[]) OR EXISTS (SELECT FROM mission m WHERE m.uai = signature.uai));
CREATE POLICY ecrire ON signature FOR ALL TO convocation_acteur
    USING (uai = ANY ((SELECT acteur_uais())::text[]));
ALTER TABLE demande ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON demande TO convocation_acteur;
CREATE POLICY portee ON demande FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR uai = ANY ((SELECT acteur_uais())::text[]) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE delegation ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON delegation TO convocation_acteur;
CREATE POLICY portee ON delegation FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR uai = ANY ((SELECT acteur_uais())::text[]));
ALTER TABLE compte ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON compte TO convocation_acteur;
CREATE POLICY portee ON compte FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR EXISTS (SELECT FROM delegation d WHERE d.compte = compte.compte))
    WITH CHECK ((SELECT acteur_nation()));
ALTER TABLE attribution ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON attribution TO convocation_acteur;
CREATE POLICY portee ON attribution FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()));

-- Nobody's: read by all.
ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON contact TO convocation_acteur;
CREATE POLICY lire ON contact FOR SELECT TO convocation_acteur
    USING (true);
CREATE POLICY ecrire ON contact FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE exigence ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON exigence TO convocation_acteur;
CREATE POLICY lire ON exigence FOR SELECT TO convocation_acteur
    USING (true);
CREATE POLICY ecrire ON exigence FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE profil_requis ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON profil_requis TO convocation_acteur;
CREATE POLICY lire ON profil_requis FOR SELECT TO convocation_acteur
    USING (true);
CREATE POLICY ecrire ON profil_requis FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE exigence_compteur ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON exigence_compteur TO convocation_acteur;
CREATE POLICY lire ON exigence_compteur FOR SELECT TO convocation_acteur
    USING (true);
CREATE POLICY ecrire ON exigence_compteur FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()) OR (SELECT acteur_academies()) IS NOT NULL);
ALTER TABLE ouverture ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON ouverture TO convocation_acteur;
CREATE POLICY lire ON ouverture FOR SELECT TO convocation_acteur
    USING (true);
-- who convokes holds the openings
CREATE POLICY tenir ON ouverture FOR UPDATE TO convocation_acteur
    USING (true)
    WITH CHECK ((SELECT acteur_nation()));
CREATE POLICY creer ON ouverture FOR INSERT TO convocation_acteur
    WITH CHECK ((SELECT acteur_nation()));
CREATE POLICY effacer ON ouverture FOR DELETE TO convocation_acteur
    USING ((SELECT acteur_nation()));
ALTER TABLE discipline ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON discipline TO convocation_acteur;
CREATE POLICY lire ON discipline FOR SELECT TO convocation_acteur
    USING (true);
ALTER TABLE epreuve_discipline ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON epreuve_discipline TO convocation_acteur;
CREATE POLICY lire ON epreuve_discipline FOR SELECT TO convocation_acteur
    USING (true);

-- Old addresses are the notifier's to tell; a trigger keeps them, whoever changes an address.
ALTER TABLE adresse_changee ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE, DELETE ON adresse_changee TO convocation_acteur;
CREATE POLICY portee ON adresse_changee FOR ALL TO convocation_acteur
    USING ((SELECT acteur_nation()));
ALTER FUNCTION intervenant_dit_l_ancienne_adresse SECURITY DEFINER SET search_path = public, pg_temp;

-- A withdrawal ends sessions; nothing else is read of them.
ALTER TABLE entree ENABLE ROW LEVEL SECURITY;
GRANT SELECT (qui), DELETE ON entree TO convocation_acteur;
CREATE POLICY fermer ON entree FOR ALL TO convocation_acteur
    USING (true);
GRANT INSERT ON outbox TO convocation_acteur;
GRANT SELECT ON exigence_mission, lien_ouvert TO convocation_acteur;
ALTER VIEW exigence_mission SET (security_invoker = true);

-- Windows of the owner's, past the policies: no more than these columns.
CREATE VIEW etablissement AS
SELECT DISTINCT ON (uai) uai, etablissement_nom, etablissement_commune, academie FROM mission ORDER BY uai, session DESC;
CREATE VIEW occupation AS
SELECT c.numero, c.mission_id, c.dates, m.academie, m.libelle || ', ' || m.etablissement_nom AS mission
FROM convocation c JOIN mission m USING (mission_id) WHERE c.status = 'ACTIVE';
-- PostgreSQL reads the whole index for a DISTINCT; from one session to the one before is one jump (mesures.md).
CREATE VIEW session_de_mission AS
WITH RECURSIVE la (session) AS (
    SELECT max(session) FROM mission
    UNION ALL
    SELECT (SELECT max(m.session) FROM mission m WHERE m.session < la.session) FROM la WHERE la.session IS NOT NULL
)
SELECT session FROM la WHERE session IS NOT NULL;
CREATE VIEW delegue_du_vecteur AS
SELECT c.compte, c.nom, c.courriel, c.vue_le, c.donnees, une FROM compte c, jsonb_array_elements(c.donnees) AS une
WHERE une ->> 'role' = 'delegue' AND c.desactive_le IS NULL AND (acteur_nation() OR une -> 'uais' ?| acteur_uais());
GRANT SELECT ON etablissement, occupation, session_de_mission, delegue_du_vecteur TO convocation_acteur;

-- migrate:down
DROP VIEW delegue_du_vecteur, session_de_mission, occupation, etablissement;
ALTER VIEW exigence_mission RESET (security_invoker);
DROP POLICY lire ON mission;
DROP POLICY tenir ON mission;
DROP POLICY portee ON convocation;
DROP POLICY portee ON convocation_version;
DROP POLICY portee ON document;
DROP POLICY portee ON passage_outre;
DROP POLICY portee ON acces;
DROP POLICY portee ON notification;
DROP POLICY portee ON prise_de_connaissance;
DROP POLICY portee ON remise;
DROP POLICY portee ON empechement;
DROP POLICY portee ON courriel_demande;
DROP POLICY lire ON intervenant;
DROP POLICY creer ON intervenant;
DROP POLICY ecrire ON intervenant;
DROP POLICY lire ON intervenant_mot;
DROP POLICY creer ON intervenant_mot;
DROP POLICY effacer ON intervenant_mot;
DROP POLICY lire ON indisponibilite;
DROP POLICY creer ON indisponibilite;
DROP POLICY effacer ON indisponibilite;
DROP POLICY portee ON doublon_ecarte;
DROP POLICY portee ON import_annuaire;
DROP POLICY portee ON abonnement;
DROP POLICY lire ON lien_perdu;
DROP POLICY portee ON idempotence;
DROP POLICY lire ON audit;
DROP POLICY ecrire ON audit;
DROP POLICY lire ON signature;
DROP POLICY ecrire ON signature;
DROP POLICY portee ON demande;
DROP POLICY portee ON delegation;
DROP POLICY portee ON compte;
DROP POLICY portee ON attribution;
DROP POLICY lire ON contact;
DROP POLICY ecrire ON contact;
DROP POLICY lire ON exigence;
DROP POLICY ecrire ON exigence;
DROP POLICY lire ON profil_requis;
DROP POLICY ecrire ON profil_requis;
DROP POLICY lire ON exigence_compteur;
DROP POLICY ecrire ON exigence_compteur;
DROP POLICY lire ON ouverture;
DROP POLICY tenir ON ouverture;
DROP POLICY creer ON ouverture;
DROP POLICY effacer ON ouverture;
DROP POLICY lire ON discipline;
DROP POLICY lire ON epreuve_discipline;
DROP POLICY fermer ON entree;
DROP POLICY portee ON adresse_changee;
DROP FUNCTION acteur_missions;
ALTER TABLE mission DISABLE ROW LEVEL SECURITY;
ALTER TABLE convocation DISABLE ROW LEVEL SECURITY;
ALTER TABLE convocation_version DISABLE ROW LEVEL SECURITY;
ALTER TABLE document DISABLE ROW LEVEL SECURITY;
ALTER TABLE passage_outre DISABLE ROW LEVEL SECURITY;
ALTER TABLE acces DISABLE ROW LEVEL SECURITY;
ALTER TABLE notification DISABLE ROW LEVEL SECURITY;
ALTER TABLE prise_de_connaissance DISABLE ROW LEVEL SECURITY;
ALTER TABLE remise DISABLE ROW LEVEL SECURITY;
ALTER TABLE empechement DISABLE ROW LEVEL SECURITY;
ALTER TABLE courriel_demande DISABLE ROW LEVEL SECURITY;
ALTER TABLE intervenant DISABLE ROW LEVEL SECURITY;
ALTER TABLE intervenant_mot DISABLE ROW LEVEL SECURITY;
ALTER TABLE indisponibilite DISABLE ROW LEVEL SECURITY;
ALTER TABLE doublon_ecarte DISABLE ROW LEVEL SECURITY;
ALTER TABLE import_annuaire DISABLE ROW LEVEL SECURITY;
ALTER TABLE abonnement DISABLE ROW LEVEL SECURITY;
ALTER TABLE lien_perdu DISABLE ROW LEVEL SECURITY;
ALTER TABLE idempotence DISABLE ROW LEVEL SECURITY;
ALTER TABLE audit DISABLE ROW LEVEL SECURITY;
ALTER TABLE signature DISABLE ROW LEVEL SECURITY;
ALTER TABLE demande DISABLE ROW LEVEL SECURITY;
ALTER TABLE delegation DISABLE ROW LEVEL SECURITY;
ALTER TABLE compte DISABLE ROW LEVEL SECURITY;
ALTER TABLE attribution DISABLE ROW LEVEL SECURITY;
ALTER TABLE contact DISABLE ROW LEVEL SECURITY;
ALTER TABLE exigence DISABLE ROW LEVEL SECURITY;
ALTER TABLE profil_requis DISABLE ROW LEVEL SECURITY;
ALTER TABLE exigence_compteur DISABLE ROW LEVEL SECURITY;
ALTER TABLE ouverture DISABLE ROW LEVEL SECURITY;
ALTER TABLE discipline DISABLE ROW LEVEL SECURITY;
ALTER TABLE epreuve_discipline DISABLE ROW LEVEL SECURITY;
ALTER TABLE entree DISABLE ROW LEVEL SECURITY;
ALTER TABLE adresse_changee DISABLE ROW LEVEL SECURITY;
ALTER FUNCTION intervenant_dit_l_ancienne_adresse SECURITY INVOKER RESET search_path;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM convocation_acteur;
