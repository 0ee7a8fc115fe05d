-- migrate:up

-- The search by name intersects the numbers of each word: with the number in the index it reads no table row.
CREATE INDEX intervenant_mot_academie ON intervenant_mot (academie, mot text_pattern_ops) INCLUDE (numero);
DROP INDEX intervenant_mot_prefixe;

-- migrate:down
CREATE INDEX intervenant_mot_prefixe ON intervenant_mot (academie, mot text_pattern_ops);
DROP INDEX intervenant_mot_academie;
