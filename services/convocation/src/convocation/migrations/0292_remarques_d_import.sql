-- migrate:up

-- What is read otherwise than it is written, or may be wrong (one person under two numbers): told before « Importer ».
ALTER TABLE import_annuaire ADD COLUMN remarques jsonb;

-- migrate:down
ALTER TABLE import_annuaire DROP COLUMN remarques;
