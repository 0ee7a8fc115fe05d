-- migrate:up

-- Keys of people (docs/decisions/0061). Whoever writes an act needs the key of whom it is about; which acts an acteur
-- reads, the policies of the audit say. An intervenant has her own, and her acts are in its alias.
GRANT SELECT, INSERT ON cle_oubli TO convocation_acteur;
CREATE POLICY agents ON cle_oubli TO convocation_agent USING (true);
CREATE POLICY soi ON cle_oubli TO convocation_intervenant
    USING (sujet = 'intervenant|' || (SELECT acteur_numero()));
CREATE POLICY alias ON audit FOR INSERT TO convocation_intervenant
    WITH CHECK (par = (SELECT k.alias::text FROM cle_oubli k WHERE k.sujet = 'intervenant|' || (SELECT acteur_numero())));

-- migrate:down
DROP POLICY alias ON audit;
DROP POLICY soi ON cle_oubli;
DROP POLICY agents ON cle_oubli;
REVOKE ALL ON cle_oubli FROM convocation_acteur;
