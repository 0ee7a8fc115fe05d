-- migrate:up

-- UAI, name and commune of a closing received, folded (francais.plis): what the list is searched by. NULL: written by a
-- process of the release before.
ALTER TABLE cloture_recue ADD COLUMN recherche text;
CREATE FUNCTION commune_recue(contenu bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN convert_from(contenu, 'UTF8')::jsonb #>> '{etablissement,commune}';
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
END $$;
UPDATE cloture_recue SET recherche = regexp_replace(translate(
    upper(concat_ws(' ', uai, etablissement, commune_recue(contenu))),
    'ÀÂÄÁÃÅÇÈÉÊËÌÍÎÏÑÒÓÔÖÕÙÚÛÜŸÝ', 'AAAAAACEEEEIIIINOOOOOUUUUYY'), '[^[:alnum:]]+', ' ', 'g');
DROP FUNCTION commune_recue;

-- migrate:down
ALTER TABLE cloture_recue DROP COLUMN recherche;
