-- migrate:up

-- The gestionnaire reads what was done in their académies; not what a chef, an administrateur or a person does for
-- themselves: delegations, accounts, links, calendars.
CREATE POLICY academie ON audit FOR SELECT TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[])
           AND split_part(action, '.', 1) <> ALL ('{delegation,compte,lien,abonnement}'::text[]));
CREATE INDEX audit_academie ON audit (academie, le DESC, id DESC);
-- The journal shows convocations too, the latest first.
CREATE INDEX convocation_version_le ON convocation_version (le DESC);
CREATE INDEX prise_de_connaissance_le ON prise_de_connaissance (le DESC);

-- migrate:down
DROP INDEX prise_de_connaissance_le;
DROP INDEX convocation_version_le;
DROP INDEX audit_academie;
DROP POLICY academie ON audit;
