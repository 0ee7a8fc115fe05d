-- Apart from 0490, whose lock would make searches wait: a minute for two million words. Here they go on.
-- migrate:up
UPDATE intervenant_mot m SET cle = i.cle, actif = i.actif FROM intervenant i
WHERE i.numero = m.numero AND (m.cle IS NULL OR m.actif IS NULL);
CREATE INDEX intervenant_mot_nom ON intervenant_mot (academie, mot text_pattern_ops) INCLUDE (numero, cle, actif);
-- A word one letter away ends so or begins so.
CREATE INDEX intervenant_mot_fin ON intervenant_mot (academie, length(mot), reverse(mot) text_pattern_ops);

-- migrate:down
DROP INDEX intervenant_mot_fin;
DROP INDEX intervenant_mot_nom;
