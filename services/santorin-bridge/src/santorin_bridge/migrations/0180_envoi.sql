-- migrate:up

-- An envoi is the rights that one transaction wrote: they are to publish until it is published, and the relay notes that
-- in its one row instead of in each right (docs/decisions/0004). It is filled by the transaction that makes it, and by no
-- other; a right that is written again goes over to a new one. `droits`: how many it was written with.
CREATE TABLE envoi (
    id bigint PRIMARY KEY,  -- drawn at random: what the writer keeps in memory for the relay has it too
    le timestamptz NOT NULL DEFAULT now(),
    droits int NOT NULL,
    publie_le timestamptz
);
CREATE INDEX envoi_ouvert ON envoi (le) WHERE publie_le IS NULL;
ALTER TABLE envoi ENABLE ROW LEVEL SECURITY;
-- No envoi: published, and nobody knows when but publiee_le.
ALTER TABLE habilitation ADD COLUMN envoi bigint;
-- What is to publish now, a thousand at once.
UPDATE habilitation h SET envoi = s.envoi
FROM (SELECT convocation_id, 1 + row_number() OVER (ORDER BY sale_depuis, convocation_id) / 1000 AS envoi
      FROM habilitation WHERE published_version < version) s
WHERE h.convocation_id = s.convocation_id;
INSERT INTO envoi (id, le, droits)
SELECT envoi, min(sale_depuis), count(*) FROM habilitation WHERE envoi IS NOT NULL GROUP BY envoi;
CREATE INDEX habilitation_envoi ON habilitation (envoi);

-- The release before knows no envoi: what it makes a dirty key gets one here, each right its own.
CREATE FUNCTION habilitation_sans_envoi() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.envoi = hashtextextended(gen_random_uuid()::text, 0);
    INSERT INTO envoi (id, le, droits) VALUES (NEW.envoi, CASE TG_OP WHEN 'INSERT' THEN NEW.sale_depuis ELSE now() END, 1);
    RETURN NEW;
END $$;
-- contract: habilitation.habilitation_nouvelle_sans_envoi: it refuses nothing, it fills the new column
CREATE TRIGGER habilitation_nouvelle_sans_envoi BEFORE INSERT ON habilitation FOR EACH ROW
    WHEN (NEW.envoi IS NULL AND NEW.published_version < NEW.version)
    EXECUTE FUNCTION habilitation_sans_envoi();
-- contract: habilitation.habilitation_changee_sans_envoi: it refuses nothing, it fills the new column
CREATE TRIGGER habilitation_changee_sans_envoi BEFORE UPDATE ON habilitation FOR EACH ROW
    WHEN (NEW.envoi IS NOT DISTINCT FROM OLD.envoi AND NEW.published_version < NEW.version
          AND (NEW.version <> OLD.version OR NEW.published_version < OLD.published_version))
    EXECUTE FUNCTION habilitation_sans_envoi();
-- And what that one notes as published has no envoi any more.
CREATE FUNCTION habilitation_est_publiee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.envoi = NULL;
    RETURN NEW;
END $$;
-- contract: habilitation.habilitation_publiee_sans_envoi: it refuses nothing, it clears the new column
CREATE TRIGGER habilitation_publiee_sans_envoi BEFORE UPDATE ON habilitation FOR EACH ROW
    WHEN (NEW.envoi IS NOT DISTINCT FROM OLD.envoi
          AND NEW.published_version >= NEW.version AND OLD.published_version < OLD.version)
    EXECUTE FUNCTION habilitation_est_publiee();

-- migrate:down
DROP TRIGGER habilitation_publiee_sans_envoi ON habilitation;
DROP FUNCTION habilitation_est_publiee;
DROP TRIGGER habilitation_changee_sans_envoi ON habilitation;
DROP TRIGGER habilitation_nouvelle_sans_envoi ON habilitation;
DROP FUNCTION habilitation_sans_envoi;
UPDATE habilitation h SET published_version = version FROM envoi e WHERE e.id = h.envoi AND e.publie_le IS NOT NULL;
DROP INDEX habilitation_envoi;
ALTER TABLE habilitation DROP COLUMN envoi;
DROP TABLE envoi;
