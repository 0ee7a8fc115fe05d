-- migrate:up

-- A person's calendar by a private address, which is sealed from the id: the row alone opens nothing, and without it
-- the address is revoked.
CREATE TABLE abonnement (
    abonnement_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    numero text NOT NULL UNIQUE REFERENCES intervenant ON DELETE CASCADE,
    cree_le timestamptz NOT NULL
);

-- migrate:down
DROP TABLE abonnement;
