-- migrate:up

-- « Qui enseigne le chinois ? » in an académie: both at once, as a GIN index alone can have it.
CREATE FUNCTION disciplines_en_academie(academie text, disciplines text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT array_agg(academie || '|' || code) FROM unnest(disciplines) AS code $$;
CREATE INDEX intervenant_discipline ON intervenant USING gin (disciplines_en_academie(academie, disciplines)) WHERE actif;
-- Which lycées are of one commune. A window of the owner's, past the policies: no more than these columns (0040).
CREATE VIEW lycee_de_commune AS SELECT DISTINCT academie, etablissement_commune AS commune, uai FROM mission;
CREATE INDEX mission_commune ON mission (academie, etablissement_commune, uai);
GRANT SELECT ON lycee_de_commune TO convocation_agent;
-- An épreuve of each voie is a mission of its own: the warning says of which.
CREATE OR REPLACE VIEW occupation AS
SELECT c.numero, c.mission_id, c.dates, m.academie,
       m.libelle || CASE m.voie WHEN 'GENERALE' THEN ', voie générale' WHEN 'TECHNOLOGIQUE' THEN ', voie technologique'
                    ELSE '' END || ', ' || m.etablissement_nom AS mission
FROM convocation c JOIN mission m USING (mission_id) WHERE c.status = 'ACTIVE';

-- migrate:down
CREATE OR REPLACE VIEW occupation AS
SELECT c.numero, c.mission_id, c.dates, m.academie, m.libelle || ', ' || m.etablissement_nom AS mission
FROM convocation c JOIN mission m USING (mission_id) WHERE c.status = 'ACTIVE';
DROP VIEW lycee_de_commune;
DROP INDEX mission_commune;
DROP INDEX intervenant_discipline;
DROP FUNCTION disciplines_en_academie;
