-- migrate:up

-- What an établissement is behind with in a session, and for which reasons it may be reminded: the one place where this is
-- decided. The page of reminders lists it, and a letter that has not gone yet is dropped by it.
-- A person counts once, however many of her convocations are not read; on a mission without candidat none does.
CREATE VIEW retard_etablissement WITH (security_invoker = true) AS
SELECT g.*, array_remove(ARRAY[
           CASE WHEN g.missions > 0 AND g.convoques = 0 THEN 'RIEN' END,
           CASE WHEN g.convoques > 0 AND g.sans_personne > 0 THEN 'RESTE' END,
           CASE WHEN g.missions > 0 AND g.sans_signature THEN 'SIGNATURE' END,
           CASE WHEN g.non_lues > 0 THEN 'LECTURE' END], NULL) AS motifs
FROM (
    SELECT m.session, m.academie, m.uai, min(m.etablissement_nom) AS etablissement_nom,
           min(m.etablissement_commune) AS etablissement_commune,
           count(DISTINCT m.mission_id) FILTER (WHERE m.status = 'ACTIVE')::int AS missions,
           count(DISTINCT m.mission_id) FILTER (WHERE m.status = 'ACTIVE' AND c.mission_id IS NULL)::int AS sans_personne,
           count(DISTINCT c.numero)::int AS convoques,
           count(DISTINCT c.numero) FILTER (WHERE p.version IS NULL)::int AS non_lues,
           NOT EXISTS (SELECT FROM signature s WHERE s.uai = m.uai) AS sans_signature
    FROM mission m
    LEFT JOIN convocation c ON c.mission_id = m.mission_id AND c.status = 'ACTIVE' AND m.status = 'ACTIVE'
    LEFT JOIN prise_de_connaissance p ON p.convocation_id = c.convocation_id AND p.version = c.version
    GROUP BY m.session, m.academie, m.uai) AS g;
GRANT SELECT ON retard_etablissement TO convocation_agent;

-- A reminder of the rectorat to an établissement, as it was worded. `rang`: the first for that reason is 1, so that two who
-- remind at once cannot both be the next.
CREATE TABLE rappel (
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    uai text NOT NULL,
    session text NOT NULL,
    motif text NOT NULL CHECK (motif IN ('RIEN', 'RESTE', 'SIGNATURE', 'LECTURE')),
    rang int NOT NULL,
    academie text NOT NULL,
    texte text NOT NULL,
    par text NOT NULL,
    par_nom text NOT NULL,
    le timestamptz NOT NULL,
    PRIMARY KEY (uai, session, motif, rang)
);
ALTER TABLE rappel ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON rappel TO convocation_agent;
CREATE POLICY academie ON rappel TO convocation_academie
    USING (EXISTS (SELECT FROM mission m WHERE m.uai = rappel.uai AND m.session = rappel.session));
CREATE POLICY etablissement ON rappel FOR SELECT TO convocation_etablissement
    USING (uai = ANY ((SELECT acteur_uais())::text[]));
CREATE POLICY nation ON rappel TO convocation_nation USING (true);

-- A reminder is told as the other facts are; `reference` is its id.
-- contract: avis.avis_sorte_check: it allows one value more than before, and refuses none that was written
ALTER TABLE avis DROP CONSTRAINT avis_sorte_check, ADD CONSTRAINT avis_sorte_check CHECK (
    sorte IN ('EMPECHEMENT', 'REFUS_SANTORIN', 'MAIL_ECHEC', 'OUVERTURE', 'FERMETURE', 'ECHEANCE', 'RAPPEL'));
-- Who reminds sees what became of the letter, and of no other.
CREATE POLICY academie ON avis FOR SELECT TO convocation_academie
    USING (sorte = 'RAPPEL' AND EXISTS (SELECT FROM mission m WHERE m.uai = avis.uai));
CREATE POLICY academie ON avis_lettre FOR SELECT TO convocation_academie
    USING (EXISTS (SELECT FROM avis a WHERE a.uai = avis_lettre.uai AND a.lettre = avis_lettre.version));

-- migrate:down
DROP POLICY academie ON avis_lettre;
DROP POLICY academie ON avis;
DELETE FROM avis WHERE sorte = 'RAPPEL';
ALTER TABLE avis DROP CONSTRAINT avis_sorte_check, ADD CONSTRAINT avis_sorte_check CHECK (
    sorte IN ('EMPECHEMENT', 'REFUS_SANTORIN', 'MAIL_ECHEC', 'OUVERTURE', 'FERMETURE', 'ECHEANCE'));
DROP TABLE rappel;
DROP VIEW retard_etablissement;
