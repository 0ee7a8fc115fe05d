-- migrate:up

-- A merged person says in whom she goes on, and stays out of the directory's active people whatever writes her again:
-- the next import of the académie's file still bears both numbers.
ALTER TABLE intervenant ADD COLUMN fusionne_dans text REFERENCES intervenant CHECK (fusionne_dans <> numero);
CREATE FUNCTION intervenant_fusionne() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.actif := false;
    RETURN NEW;
END
$$;
CREATE TRIGGER intervenant_fusionne BEFORE UPDATE ON intervenant FOR EACH ROW
WHEN (NEW.fusionne_dans IS NOT NULL AND NEW.actif) EXECUTE FUNCTION intervenant_fusionne();

-- Pairs that look like one person and are two.
CREATE TABLE doublon_ecarte (
    numero text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    autre text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    par text NOT NULL,
    le timestamptz NOT NULL,
    PRIMARY KEY (numero, autre),
    CHECK (numero < autre)
);

-- migrate:down
DROP TABLE doublon_ecarte;
DROP TRIGGER intervenant_fusionne ON intervenant;
DROP FUNCTION intervenant_fusionne();
ALTER TABLE intervenant DROP COLUMN fusionne_dans;
