-- migrate:up

-- Who wrote what, when and why (R54, R55): one row an act on one object. The app role may INSERT and SELECT, nothing
-- else (provisioning): what was recorded stays as it was recorded.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    le timestamptz NOT NULL,
    par text NOT NULL,
    role text NOT NULL,
    nom text NOT NULL,
    action text NOT NULL,
    objet text NOT NULL,
    academie text,
    uai text,
    avant jsonb,
    apres jsonb,
    motif text NOT NULL
);
CREATE INDEX audit_le ON audit (le DESC, id DESC);
CREATE INDEX audit_objet ON audit (objet, id DESC);

-- migrate:down
DROP TABLE audit;
