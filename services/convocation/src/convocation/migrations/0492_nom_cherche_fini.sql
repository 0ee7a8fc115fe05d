-- migrate:up
DROP INDEX intervenant_mot_academie;  -- intervenant_mot_nom has all of it

-- migrate:down
CREATE INDEX intervenant_mot_academie ON intervenant_mot (academie, mot text_pattern_ops) INCLUDE (numero);
