-- migrate:up

-- The établissement's name of a closing received, for the list: jsonb refuses what JSON allows in a field nobody reads
-- (U+0000, a number beyond all), and one such closing would close the list of all.
ALTER TABLE cloture_recue ADD COLUMN etablissement text;
CREATE FUNCTION nom_recu(contenu bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN convert_from(contenu, 'UTF8')::jsonb #>> '{etablissement,nom}';
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
END $$;
UPDATE cloture_recue SET etablissement = coalesce(nom_recu(contenu), uai);
DROP FUNCTION nom_recu;
ALTER TABLE cloture_recue ALTER COLUMN etablissement SET NOT NULL;

-- migrate:down
ALTER TABLE cloture_recue DROP COLUMN etablissement;
