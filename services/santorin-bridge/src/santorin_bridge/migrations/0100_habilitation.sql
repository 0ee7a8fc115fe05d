-- migrate:up

-- The right of each convocation. The guard is (convocation_version, convocation_hash). A row whose published_version
-- is behind is a dirty key: the relay sends its current state, so that versions on the topic never go back (D19b).
CREATE TABLE habilitation (
    convocation_id uuid PRIMARY KEY,
    version int NOT NULL,
    published_version int NOT NULL DEFAULT 0,
    convocation_version int NOT NULL,
    convocation_hash text NOT NULL,
    status text NOT NULL CHECK (status IN ('GRANTED', 'REVOKED')),
    numero text NOT NULL,
    mission_id uuid NOT NULL,
    role text NOT NULL,
    etat bytea NOT NULL,  -- the event body of this version
    correlation_id text,
    causation_id text,
    traceparent text,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX habilitation_dirty ON habilitation (changed_at) WHERE published_version < version;
CREATE INDEX habilitation_numero ON habilitation (numero);

-- migrate:down
DROP TABLE habilitation;
