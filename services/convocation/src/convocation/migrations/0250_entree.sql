-- migrate:up

-- Who is signed in (docs/decisions/0038). `empreinte`: SHA-256 of the cookie's value, which is kept nowhere.
-- `fonctions`: all that the person may act as, `choisie` the one that acts now. `qui`: the account, and every number
-- that it acts under. The last four: where the person came from, to sign out there, or be signed out from there.
CREATE TABLE entree (
    empreinte bytea PRIMARY KEY CHECK (octet_length(empreinte) = 32),
    compte text NOT NULL,
    qui text[] NOT NULL,
    fonctions jsonb NOT NULL CHECK (jsonb_array_length(fonctions) > choisie),
    choisie smallint NOT NULL DEFAULT 0 CHECK (choisie >= 0),
    ouverte_le timestamptz NOT NULL,
    vue_le timestamptz NOT NULL,
    fin_le timestamptz NOT NULL,
    emetteur text,
    sub text,
    sid text,
    id_token text
);
CREATE INDEX entree_qui ON entree USING gin (qui);
CREATE INDEX entree_emetteur ON entree (emetteur, sub) WHERE emetteur IS NOT NULL;
CREATE INDEX entree_fin ON entree (fin_le);

-- Who is deactivated, by whatever way, is signed out at once.
-- contract: intervenant.intervenant_sort: it refuses nothing, it deletes sessions, which the release before does not have
CREATE FUNCTION intervenant_sort() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM entree WHERE qui && ARRAY[NEW.numero];
    RETURN NULL;
END $$;
CREATE TRIGGER intervenant_sort AFTER UPDATE OF actif ON intervenant
FOR EACH ROW WHEN (OLD.actif AND NOT NEW.actif) EXECUTE FUNCTION intervenant_sort();

-- migrate:down
DROP TRIGGER intervenant_sort ON intervenant;
DROP FUNCTION intervenant_sort;
DROP TABLE entree;
