-- migrate:up

-- Since when a right is to be published: its change or its replay, whichever made it a dirty key. What is changed or told
-- again meanwhile waits on since then; changed_at and a_redire_le alone would call it young. A trigger, because every
-- statement that makes a key dirty counts, those of the release before too.
ALTER TABLE habilitation ADD COLUMN sale_depuis timestamptz NOT NULL DEFAULT now();
UPDATE habilitation SET sale_depuis = greatest(changed_at, a_redire_le) WHERE published_version < version;

CREATE FUNCTION habilitation_est_sale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sale_depuis = now();
    RETURN NEW;
END $$;
-- contract: habilitation.habilitation_sale: it refuses nothing, it dates the new column
CREATE TRIGGER habilitation_sale BEFORE UPDATE ON habilitation FOR EACH ROW
    WHEN (old.published_version >= old.version AND new.published_version < new.version)
    EXECUTE FUNCTION habilitation_est_sale();

-- migrate:down
DROP TRIGGER habilitation_sale ON habilitation;
DROP FUNCTION habilitation_est_sale;
ALTER TABLE habilitation DROP COLUMN sale_depuis;
