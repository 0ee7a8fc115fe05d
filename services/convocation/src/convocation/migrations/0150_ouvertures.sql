-- migrate:up

-- An opening holds from debut (included) to fin (excluded); NULL is no bound. A closing has neither.
ALTER TABLE ouverture ADD COLUMN debut timestamptz, ADD COLUMN fin timestamptz;
ALTER TABLE ouverture ADD CHECK (debut < fin), ADD CHECK (ouverte OR (debut IS NULL AND fin IS NULL));

-- migrate:down
ALTER TABLE ouverture DROP COLUMN debut, DROP COLUMN fin;
