-- migrate:up

-- The version of a person's entry whose words (intervenant_mot) are made by the present rule: LUKAS finds ŁUKASIEWICZ,
-- DELATOUR finds DE LA TOUR. Where it is another, a process of the previous release wrote her, or the rule is new: the
-- service makes her words again (annuaire.commands).
ALTER TABLE intervenant ADD COLUMN mots_version int NOT NULL DEFAULT 0;
GRANT UPDATE (mots_version) ON intervenant TO convocation_acteur;
CREATE INDEX intervenant_mots_a_refaire ON intervenant (numero) WHERE mots_version <> version;
-- A national search names no académie.
CREATE INDEX intervenant_mot_partout ON intervenant_mot (mot text_pattern_ops);

-- migrate:down
DROP INDEX intervenant_mot_partout;
DROP INDEX intervenant_mots_a_refaire;
ALTER TABLE intervenant DROP COLUMN mots_version;
