-- The second lock (docs/decisions/0040): a transaction in a role of acteurs sees and writes what its acteur reaches,
-- whatever the WHERE of a query says. Coarser than the policy of the code, which says who may do what.
-- A role for each kind of reach, because a policy with an OR over kinds finds no index. What convocation_acteur and
-- convocation_agent are given all have: agents are nation, academie and etablissement; intervenants are the others.
-- migrate:up

-- A mission is seen in its établissement, its académie, and by the people convoked on it. It is locked by who convokes,
-- and written by the consumers alone.
CREATE FUNCTION acteur_missions() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (SELECT array_agg(mission_id) FROM convocation WHERE numero = acteur_numero());
ALTER TABLE mission ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON mission TO convocation_acteur;
CREATE POLICY nation ON mission TO convocation_nation USING (true) WITH CHECK (false);
CREATE POLICY academie ON mission TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[])) WITH CHECK (false);
CREATE POLICY etablissement ON mission TO convocation_etablissement
    USING (uai = ANY ((SELECT acteur_uais())::text[])) WITH CHECK (false);
CREATE POLICY soi ON mission FOR SELECT TO convocation_intervenant
    USING (mission_id = ANY ((SELECT acteur_missions())::uuid[]));

-- A convocation is its mission's; its person reads it and holds it.
ALTER TABLE convocation ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON convocation TO convocation_acteur;
CREATE POLICY mission ON convocation TO convocation_academie, convocation_etablissement
    USING (EXISTS (SELECT FROM mission m WHERE m.mission_id = convocation.mission_id));
CREATE POLICY soi ON convocation TO convocation_intervenant
    USING (numero = (SELECT acteur_numero())) WITH CHECK (false);

-- What hangs on a convocation is seen where the convocation is seen, and written by agents; an intervenant writes that
-- she has read, that she is prevented, and the document that she is the first to open.
ALTER TABLE convocation_version ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON convocation_version TO convocation_acteur;
CREATE POLICY lire ON convocation_version FOR SELECT TO convocation_acteur
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = convocation_version.convocation_id));
CREATE POLICY ecrire ON convocation_version FOR INSERT TO convocation_agent
    WITH CHECK (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = convocation_version.convocation_id));
ALTER TABLE passage_outre ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON passage_outre TO convocation_acteur;
CREATE POLICY ecrire ON passage_outre TO convocation_agent
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = passage_outre.convocation_id));
ALTER TABLE remise ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON remise TO convocation_acteur;
CREATE POLICY lire ON remise FOR SELECT TO convocation_acteur
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = remise.convocation_id));
CREATE POLICY ecrire ON remise FOR INSERT TO convocation_agent
    WITH CHECK (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = remise.convocation_id));
ALTER TABLE courriel_demande ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON courriel_demande TO convocation_agent;
CREATE POLICY ecrire ON courriel_demande TO convocation_agent
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = courriel_demande.convocation_id));
ALTER TABLE document ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON document TO convocation_acteur;
CREATE POLICY ecrire ON document TO convocation_acteur
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = document.convocation_id));
ALTER TABLE prise_de_connaissance ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON prise_de_connaissance TO convocation_acteur;
CREATE POLICY ecrire ON prise_de_connaissance TO convocation_acteur
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = prise_de_connaissance.convocation_id));
ALTER TABLE empechement ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON empechement TO convocation_acteur;
CREATE POLICY ecrire ON empechement TO convocation_acteur
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = empechement.convocation_id));
-- What SANTORIN and the notifier answered. A mail that is sent again waits again.
ALTER TABLE acces ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON acces TO convocation_acteur;
CREATE POLICY lire ON acces FOR SELECT TO convocation_acteur
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = acces.convocation_id));
ALTER TABLE notification ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON notification TO convocation_acteur;
GRANT UPDATE (etat, motif) ON notification TO convocation_agent;
CREATE POLICY lire ON notification FOR SELECT TO convocation_acteur
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = notification.convocation_id));
CREATE POLICY attendre ON notification FOR UPDATE TO convocation_agent
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = notification.convocation_id))
    WITH CHECK (etat = 'EN_ATTENTE');

-- The directory is searched by words and arrays, whose operators PostgreSQL does not let pass a policy: behind one they
-- find no index. So agents read all of it, and hold whom they convoke. It is written in one's académie, and nobody is
-- moved into another: that column is nobody's to update.
ALTER TABLE intervenant ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON intervenant TO convocation_acteur;
GRANT UPDATE (civilite, nom, prenom, courriel, uai, uais_secondaires, disciplines, actif, cle, stagiaire, profils, version,
              fusionne_dans) ON intervenant TO convocation_acteur;
CREATE POLICY lire ON intervenant FOR SELECT TO convocation_agent USING (true);
CREATE POLICY tenir ON intervenant FOR UPDATE TO convocation_agent USING (true) WITH CHECK (false);
CREATE POLICY academie ON intervenant TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY soi ON intervenant FOR SELECT TO convocation_intervenant USING (numero = (SELECT acteur_numero()));
ALTER TABLE intervenant_mot ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON intervenant_mot TO convocation_agent;
CREATE POLICY lire ON intervenant_mot FOR SELECT TO convocation_agent USING (true);
CREATE POLICY academie ON intervenant_mot TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE indisponibilite ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON indisponibilite TO convocation_acteur;
CREATE POLICY lire ON indisponibilite FOR SELECT TO convocation_agent USING (true);
CREATE POLICY academie ON indisponibilite TO convocation_academie
    USING (EXISTS (SELECT FROM intervenant i WHERE i.numero = indisponibilite.numero
                   AND i.academie = ANY ((SELECT acteur_academies())::text[])));
CREATE POLICY soi ON indisponibilite FOR SELECT TO convocation_intervenant USING (numero = (SELECT acteur_numero()));
ALTER TABLE doublon_ecarte ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON doublon_ecarte TO convocation_agent;
CREATE POLICY academie ON doublon_ecarte TO convocation_academie
    USING (EXISTS (SELECT FROM intervenant i WHERE i.numero = doublon_ecarte.numero
                   AND i.academie = ANY ((SELECT acteur_academies())::text[])));
ALTER TABLE import_annuaire ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON import_annuaire TO convocation_agent;
CREATE POLICY academie ON import_annuaire TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));

-- One's own.
ALTER TABLE abonnement ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON abonnement TO convocation_acteur;
CREATE POLICY soi ON abonnement TO convocation_acteur USING (numero = (SELECT acteur_numero()));
ALTER TABLE lien_perdu ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON lien_perdu TO convocation_acteur;
CREATE POLICY nation ON lien_perdu FOR SELECT TO convocation_nation USING (true);
CREATE POLICY soi ON lien_perdu FOR SELECT TO convocation_intervenant USING (numero = (SELECT acteur_numero()));
ALTER TABLE idempotence ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON idempotence TO convocation_acteur;
CREATE POLICY soi ON idempotence TO convocation_acteur  -- after the role; a provider's name for somebody may have a « | »
    USING (starts_with(substr(acteur, strpos(acteur, '|') + 1) || '|', (SELECT acteur_sub()) || '|'));
-- Everybody's acts are in their own name. The rectorat sees who opened the service, and why.
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON audit TO convocation_acteur;
CREATE POLICY nation ON audit FOR SELECT TO convocation_nation USING (true);
CREATE POLICY ouvertures ON audit FOR SELECT TO convocation_academie USING (action = 'service.ouvrir');
CREATE POLICY ecrire ON audit FOR INSERT TO convocation_acteur WITH CHECK (par = (SELECT acteur_sub()));

-- The établissement's and the académie's. By a delegation an account is seen, so which one it is the sign-in says. A signature is on the documents of all who see a mission there.
ALTER TABLE signature ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON signature TO convocation_acteur;
CREATE POLICY lire ON signature FOR SELECT TO convocation_acteur
    USING (EXISTS (SELECT FROM mission m WHERE m.uai = signature.uai));
CREATE POLICY etablissement ON signature TO convocation_etablissement USING (uai = ANY ((SELECT acteur_uais())::text[]));
ALTER TABLE demande ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON demande TO convocation_agent;
CREATE POLICY academie ON demande TO convocation_academie USING (academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY etablissement ON demande TO convocation_etablissement USING (uai = ANY ((SELECT acteur_uais())::text[]));
ALTER TABLE delegation ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT (delegation_id, uai, nom, courriel, droit, debut, fin, chef, chef_nom, le),
    UPDATE (retiree_le, retiree_par) ON delegation TO convocation_agent;
CREATE POLICY etablissement ON delegation TO convocation_etablissement USING (uai = ANY ((SELECT acteur_uais())::text[]));
ALTER TABLE compte ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON compte TO convocation_agent;
CREATE POLICY delegue ON compte TO convocation_etablissement
    USING (EXISTS (SELECT FROM delegation d WHERE d.compte = compte.compte)) WITH CHECK (false);
ALTER TABLE attribution ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON attribution TO convocation_agent;

-- Nobody's: read by all.
ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON contact TO convocation_acteur;
CREATE POLICY lire ON contact FOR SELECT TO convocation_acteur USING (true);
CREATE POLICY academie ON contact TO convocation_academie USING (academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE exigence ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON exigence TO convocation_acteur;
CREATE POLICY lire ON exigence FOR SELECT TO convocation_acteur USING (true);
CREATE POLICY academie ON exigence TO convocation_academie USING (academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE profil_requis ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON profil_requis TO convocation_acteur;
CREATE POLICY lire ON profil_requis FOR SELECT TO convocation_acteur USING (true);
CREATE POLICY academie ON profil_requis TO convocation_academie USING (academie = ANY ((SELECT acteur_academies())::text[]));
ALTER TABLE exigence_compteur ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON exigence_compteur TO convocation_acteur;
CREATE POLICY lire ON exigence_compteur FOR SELECT TO convocation_acteur USING (true);
CREATE POLICY compter ON exigence_compteur FOR UPDATE TO convocation_nation, convocation_academie USING (true);
ALTER TABLE ouverture ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON ouverture TO convocation_acteur;
CREATE POLICY lire ON ouverture FOR SELECT TO convocation_acteur USING (true);
CREATE POLICY tenir ON ouverture FOR UPDATE TO convocation_agent USING (true) WITH CHECK (false);  -- who convokes holds it
ALTER TABLE discipline ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON discipline TO convocation_acteur;
CREATE POLICY lire ON discipline FOR SELECT TO convocation_acteur USING (true);
ALTER TABLE epreuve_discipline ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON epreuve_discipline TO convocation_acteur;
CREATE POLICY lire ON epreuve_discipline FOR SELECT TO convocation_acteur USING (true);

-- Old addresses are the notifier's to tell; a trigger keeps them, whoever changes an address.
ALTER TABLE adresse_changee ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE, DELETE ON adresse_changee TO convocation_agent;
ALTER FUNCTION intervenant_dit_l_ancienne_adresse SECURITY DEFINER SET search_path = public, pg_temp;

-- A withdrawal ends sessions; nothing else is read of them, nor of who is on the way in.
ALTER TABLE entree ENABLE ROW LEVEL SECURITY;
GRANT SELECT (qui), DELETE ON entree TO convocation_agent;
CREATE POLICY fermer ON entree TO convocation_agent USING (true);
ALTER TABLE depart ENABLE ROW LEVEL SECURITY;
ALTER TABLE fermeture ENABLE ROW LEVEL SECURITY;
GRANT INSERT ON outbox TO convocation_acteur;
GRANT SELECT ON exigence_mission, lien_ouvert TO convocation_acteur;
ALTER VIEW exigence_mission SET (security_invoker = true);

-- The nation's reach is every row; what it may do there, the policy of the code says.
DO $$
DECLARE one text;
BEGIN
    FOREACH one IN ARRAY ARRAY[
        'convocation', 'convocation_version', 'passage_outre', 'remise', 'courriel_demande', 'document',
        'prise_de_connaissance', 'empechement', 'acces', 'notification', 'intervenant', 'intervenant_mot',
        'indisponibilite', 'doublon_ecarte', 'import_annuaire', 'demande', 'delegation', 'compte', 'attribution',
        'contact', 'exigence', 'profil_requis', 'ouverture', 'adresse_changee'] LOOP
        EXECUTE format('CREATE POLICY nation ON %I TO convocation_nation USING (true)', one);
    END LOOP;
END $$;

-- Windows of the owner's, past the policies: no more than these columns.
CREATE VIEW etablissement AS
SELECT DISTINCT ON (uai) uai, etablissement_nom, etablissement_commune, academie FROM mission ORDER BY uai, session DESC;
CREATE VIEW lieu_de_session AS SELECT DISTINCT session, academie, uai FROM mission;
CREATE VIEW libelle_epreuve AS SELECT code, min(libelle) AS libelle FROM mission GROUP BY code;
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
WHERE une ->> 'role' = 'delegue' AND c.desactive_le IS NULL AND une -> 'uais' ?| acteur_uais();
GRANT SELECT ON etablissement, session_de_mission TO convocation_acteur;
GRANT SELECT ON libelle_epreuve, lieu_de_session, occupation TO convocation_agent;
GRANT SELECT ON delegue_du_vecteur TO convocation_etablissement;

-- migrate:down
DROP VIEW delegue_du_vecteur, session_de_mission, lieu_de_session, libelle_epreuve, occupation, etablissement;
ALTER VIEW exigence_mission RESET (security_invoker);
ALTER FUNCTION intervenant_dit_l_ancienne_adresse SECURITY INVOKER RESET search_path;
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
DROP FUNCTION acteur_missions;
REVOKE ALL ON ALL TABLES IN SCHEMA public
FROM convocation_acteur, convocation_agent, convocation_nation, convocation_etablissement;
