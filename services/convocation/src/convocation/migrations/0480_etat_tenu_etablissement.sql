-- Établissements read kept states too (decisions/0056): making the plan of the rule took longer than the rest of a page.
-- migrate:up
CREATE INDEX etat_tenu_uai ON etat_tenu (uai, session);
GRANT SELECT ON etat_tenu, etat_a_refaire TO convocation_etablissement;
CREATE POLICY etablissement ON etat_tenu TO convocation_etablissement USING (uai = ANY ((SELECT acteur_uais())::text[]));
CREATE POLICY lire_etablissement ON etat_a_refaire TO convocation_etablissement USING (true);

-- migrate:down
DROP POLICY lire_etablissement ON etat_a_refaire;
DROP POLICY etablissement ON etat_tenu;
REVOKE SELECT ON etat_tenu, etat_a_refaire FROM convocation_etablissement;
DROP INDEX etat_tenu_uai;
