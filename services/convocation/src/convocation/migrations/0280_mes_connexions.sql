-- migrate:up

-- « Mes connexions »: a person knows her open sessions again by browser, and ends one by its id.
ALTER TABLE entree ADD COLUMN entree_id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE entree ADD COLUMN navigateur text NOT NULL DEFAULT '';

-- Who had the old address is signed out when it is corrected: its link may have opened a session, or its account.
-- contract: intervenant.intervenant_change_d_adresse: it refuses nothing, it deletes sessions
CREATE TRIGGER intervenant_change_d_adresse AFTER UPDATE OF courriel ON intervenant
FOR EACH ROW WHEN (lower(OLD.courriel) <> lower(NEW.courriel)) EXECUTE FUNCTION intervenant_sort();

-- migrate:down
DROP TRIGGER intervenant_change_d_adresse ON intervenant;
ALTER TABLE entree DROP COLUMN navigateur, DROP COLUMN entree_id;
