-- migrate:up

-- The guard of RenvoiDemande: the last request held of each convocation.
CREATE TABLE renvoi (
    convocation_id uuid PRIMARY KEY,
    version int NOT NULL,
    hash text NOT NULL
);

-- migrate:down
DROP TABLE renvoi;
