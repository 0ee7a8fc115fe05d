-- The rectorat acts for an établissement: who, why, from when until when (0064). Acts bear `par` and the name that says for
-- whom; what was done is counted between the two moments.
-- migrate:up
CREATE TABLE intervention (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    uai text NOT NULL,
    academie text NOT NULL,
    session text NOT NULL,
    motif text NOT NULL,
    par text NOT NULL,
    par_nom text NOT NULL,
    debut timestamptz NOT NULL,
    fin timestamptz,
    dite boolean NOT NULL DEFAULT false  -- whether the établissement's mail knows of it
);
CREATE INDEX intervention_uai ON intervention (uai, debut);
CREATE INDEX intervention_academie ON intervention (academie, debut);
CREATE INDEX intervention_dite ON intervention (debut) WHERE NOT dite;
ALTER TABLE intervention ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE (fin) ON intervention TO convocation_agent;
CREATE POLICY academie ON intervention TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY nation ON intervention FOR SELECT TO convocation_nation USING (true);
CREATE POLICY lire ON intervention FOR SELECT TO convocation_etablissement
    USING (uai = ANY ((SELECT acteur_uais())::text[]));
-- Who acts ends what they began.
CREATE POLICY finir ON intervention FOR UPDATE TO convocation_etablissement
    USING (uai = ANY ((SELECT acteur_uais())::text[]) AND par = (SELECT acteur_sub()));

-- What was done in each: versions of convocations, and the audit's acts, under the name that says for whom.
CREATE VIEW actes_d_intervention WITH (security_invoker = true) AS
SELECT i.id, v.convoquees, v.modifiees, v.annulees, a.autres
FROM intervention i
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE v.nature = 'CONVOCATION')::int AS convoquees,
           count(*) FILTER (WHERE v.nature = 'MODIFICATION')::int AS modifiees,
           count(*) FILTER (WHERE v.nature = 'ANNULATION')::int AS annulees
    FROM mission m JOIN convocation c USING (mission_id) JOIN convocation_version v USING (convocation_id)
    WHERE m.uai = i.uai AND v.par = i.par AND v.par_nom = i.par_nom
      AND v.le >= i.debut AND (i.fin IS NULL OR v.le <= i.fin)) AS v
CROSS JOIN LATERAL (
    SELECT count(*)::int AS autres FROM audit b
    WHERE b.uai = i.uai AND b.par = i.par AND b.nom = i.par_nom AND b.action NOT LIKE 'intervention.%'
      AND b.le >= i.debut AND (i.fin IS NULL OR b.le <= i.fin)) AS a;
GRANT SELECT ON actes_d_intervention TO convocation_agent;

-- contract: avis.avis_sorte_check: it allows one value more than before, and refuses none that was written
ALTER TABLE avis DROP CONSTRAINT avis_sorte_check, ADD CONSTRAINT avis_sorte_check CHECK (
    sorte IN ('EMPECHEMENT', 'REFUS_SANTORIN', 'MAIL_ECHEC', 'OUVERTURE', 'FERMETURE', 'ECHEANCE', 'RAPPEL',
              'INTERVENTION'));

-- migrate:down
DELETE FROM avis WHERE sorte = 'INTERVENTION';
ALTER TABLE avis DROP CONSTRAINT avis_sorte_check, ADD CONSTRAINT avis_sorte_check CHECK (
    sorte IN ('EMPECHEMENT', 'REFUS_SANTORIN', 'MAIL_ECHEC', 'OUVERTURE', 'FERMETURE', 'ECHEANCE', 'RAPPEL'));
DROP VIEW actes_d_intervention;
DROP TABLE intervention;
