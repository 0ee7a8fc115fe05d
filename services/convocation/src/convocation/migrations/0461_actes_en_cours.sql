-- A bulk act goes on for a moment after « Terminer »: what bears the name is counted until that name begins anew (0064).
-- migrate:up
CREATE OR REPLACE VIEW actes_d_intervention WITH (security_invoker = true) AS
SELECT i.id, v.convoquees, v.modifiees, v.annulees, a.autres
FROM intervention i
CROSS JOIN LATERAL (
    SELECT coalesce(min(s.debut), 'infinity') AS jusque FROM intervention s
    WHERE s.uai = i.uai AND s.par = i.par AND s.par_nom = i.par_nom AND s.debut > i.debut) AS n
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE v.nature = 'CONVOCATION')::int AS convoquees,
           count(*) FILTER (WHERE v.nature = 'MODIFICATION')::int AS modifiees,
           count(*) FILTER (WHERE v.nature = 'ANNULATION')::int AS annulees
    FROM mission m JOIN convocation c USING (mission_id) JOIN convocation_version v USING (convocation_id)
    WHERE m.uai = i.uai AND v.par = i.par AND v.par_nom = i.par_nom AND v.le >= i.debut AND v.le < n.jusque) AS v
CROSS JOIN LATERAL (
    SELECT count(*)::int AS autres FROM audit b
    WHERE b.uai = i.uai AND b.par = i.par AND b.nom = i.par_nom AND b.action NOT LIKE 'intervention.%'
      AND b.le >= i.debut AND b.le < n.jusque) AS a;

-- migrate:down
CREATE OR REPLACE VIEW actes_d_intervention WITH (security_invoker = true) AS
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
