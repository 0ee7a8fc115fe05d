-- migrate:up

-- Old addresses of people whose address was changed, until the notifier has told them: whoever can write the directory
-- could have somebody's links sent to himself. `prise_le`: the notifier has it in hand since then.
CREATE TABLE adresse_changee (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    numero text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    ancienne text NOT NULL,
    le timestamptz NOT NULL DEFAULT now(),
    prise_le timestamptz
);
CREATE INDEX adresse_changee_le ON adresse_changee (le);
CREATE INDEX adresse_changee_numero ON adresse_changee (numero);

-- contract: intervenant.intervenant_dit_l_ancienne_adresse: it refuses nothing, it keeps what was there
CREATE FUNCTION intervenant_dit_l_ancienne_adresse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO adresse_changee (numero, ancienne) VALUES (OLD.numero, OLD.courriel);
    RETURN NULL;
END $$;
CREATE TRIGGER intervenant_dit_l_ancienne_adresse AFTER UPDATE OF courriel ON intervenant
FOR EACH ROW WHEN (lower(OLD.courriel) <> lower(NEW.courriel) AND OLD.courriel <> '')
EXECUTE FUNCTION intervenant_dit_l_ancienne_adresse();

-- migrate:down
DROP TRIGGER intervenant_dit_l_ancienne_adresse ON intervenant;
DROP FUNCTION intervenant_dit_l_ancienne_adresse;
DROP TABLE adresse_changee;
