-- The reach of the acteur of this transaction (acces.portee). Nothing set is nothing reached: a setting that was local
-- to a transaction before is '' afterwards, not NULL. Policies ask by a sub-select, so that it is asked once a statement.
-- migrate:up
CREATE FUNCTION acteur_sub() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('imagin.sub', true), '');
CREATE FUNCTION acteur_numero() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('imagin.numero', true), '');
CREATE FUNCTION acteur_uais() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN string_to_array(nullif(current_setting('imagin.uais', true), ''), ',');
CREATE FUNCTION acteur_academies() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN string_to_array(nullif(current_setting('imagin.academies', true), ''), ',');

-- migrate:down
DROP FUNCTION acteur_sub, acteur_numero, acteur_uais, acteur_academies;
