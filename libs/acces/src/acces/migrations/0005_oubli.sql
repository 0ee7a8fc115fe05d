-- migrate:up

-- Who can be forgotten (docs/decisions/0061): what an act says of a person stands in `audit.secret`, under her key, and
-- she is named by `alias`. Without the key nobody reads it again, and the row stays as it was recorded.
CREATE TABLE cle_oubli (
    sujet text PRIMARY KEY,
    alias uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    cle bytea NOT NULL CHECK (octet_length(cle) = 32)
);
ALTER TABLE cle_oubli ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit ADD COLUMN alias uuid, ADD COLUMN secret bytea;

-- One row a finished day (docs/decisions/0060): acts up to `jusqu_a`, by their hash, chained with the day before. The app
-- role may INSERT and SELECT, nothing else (provisioning).
CREATE TABLE audit_sceau (
    jour date PRIMARY KEY,
    jusqu_a bigint NOT NULL,
    actes bigint NOT NULL,
    empreinte bytea NOT NULL,
    chaine bytea NOT NULL,
    scelle_le timestamptz NOT NULL
);
ALTER TABLE audit_sceau ENABLE ROW LEVEL SECURITY;

-- What was deleted at the end of its term: whole sealed days, whose seals stay. A function of the owner does it, because no
-- service may delete an act; it takes nothing that is not sealed, nothing younger than a year, and writes down what it took.
CREATE TABLE audit_purge (
    jusqu_a bigint PRIMARY KEY,
    jour date NOT NULL,
    actes bigint NOT NULL,
    le timestamptz NOT NULL
);
ALTER TABLE audit_purge ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION audit_purger(avant date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    sceau audit_sceau;
    pris bigint;
BEGIN
    SELECT * INTO sceau FROM audit_sceau
    WHERE jour < least(avant, current_date - 365) AND jusqu_a > (SELECT coalesce(max(p.jusqu_a), 0) FROM audit_purge p)
    ORDER BY jour LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    DELETE FROM audit WHERE id <= sceau.jusqu_a AND le < current_date - 360;
    GET DIAGNOSTICS pris = ROW_COUNT;
    INSERT INTO audit_purge (jusqu_a, jour, actes, le) VALUES (sceau.jusqu_a, sceau.jour, pris, now());
    RETURN pris;
END $$;
REVOKE ALL ON FUNCTION audit_purger FROM PUBLIC;

-- Ids are given before a transaction ends. Whoever writes an act says so until then, and a seal is made while nobody does:
-- else an act could appear behind it. A trigger, so that every statement that writes counts, and before the first id.
CREATE FUNCTION audit_s_ecrit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4207010);
    RETURN NULL;
END $$;
-- contract: audit.audit_s_ecrit: it refuses nothing
CREATE TRIGGER audit_s_ecrit BEFORE INSERT ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_s_ecrit();

-- migrate:down
DROP TRIGGER audit_s_ecrit ON audit;
DROP FUNCTION audit_s_ecrit, audit_purger;
DROP TABLE audit_purge;
DROP TABLE audit_sceau;
ALTER TABLE audit DROP COLUMN alias, DROP COLUMN secret;
DROP TABLE cle_oubli;
