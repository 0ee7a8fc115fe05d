-- migrate:up

-- Since when somebody is out of service: how long she is kept counts from there. Trigger and table of its own, so that
-- whoever writes the directory says it.
CREATE TABLE sortie (
    numero text PRIMARY KEY REFERENCES intervenant ON DELETE CASCADE,
    le timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE sortie ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION intervenant_sorti() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.actif THEN
        DELETE FROM sortie WHERE numero = NEW.numero;
    ELSE
        INSERT INTO sortie (numero) VALUES (NEW.numero) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
-- contract: intervenant.intervenant_entre: it refuses nothing, it dates who comes inactive
CREATE TRIGGER intervenant_entre AFTER INSERT ON intervenant
FOR EACH ROW WHEN (NOT NEW.actif) EXECUTE FUNCTION intervenant_sorti();
-- contract: intervenant.intervenant_sorti: it refuses nothing, it dates who leaves or comes back
CREATE TRIGGER intervenant_sorti AFTER UPDATE OF actif ON intervenant
FOR EACH ROW WHEN (OLD.actif <> NEW.actif) EXECUTE FUNCTION intervenant_sorti();
INSERT INTO sortie (numero) SELECT numero FROM intervenant WHERE NOT actif;

-- migrate:down
DROP TRIGGER intervenant_sorti ON intervenant;
DROP TRIGGER intervenant_entre ON intervenant;
DROP FUNCTION intervenant_sorti;
DROP TABLE sortie;
