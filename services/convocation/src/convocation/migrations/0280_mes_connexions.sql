-- migrate:up

-- « Mes connexions »: a person knows her open sessions again by browser, and ends one by its id.
ALTER TABLE entree ADD COLUMN entree_id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE entree ADD COLUMN navigateur text NOT NULL DEFAULT '';

-- migrate:down
ALTER TABLE entree DROP COLUMN navigateur, DROP COLUMN entree_id;
