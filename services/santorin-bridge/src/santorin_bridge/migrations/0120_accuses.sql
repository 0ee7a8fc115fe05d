-- migrate:up

-- SANTORIN's last answer about each right; version and hash are the guard.
CREATE TABLE accuse (
    convocation_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    hash text NOT NULL,
    habilitation_version int NOT NULL,
    decision text NOT NULL CHECK (decision IN ('ACCEPTED', 'REFUSED')),
    motif text,
    recu_le timestamptz NOT NULL DEFAULT now()
);

-- migrate:down
DROP TABLE accuse;
