-- migrate:up

-- Sign-ins under way at a provider: who comes back with the cookie of `empreinte` (SHA-256) and this `state`, once.
CREATE TABLE depart (
    empreinte bytea PRIMARY KEY CHECK (octet_length(empreinte) = 32),
    fournisseur text NOT NULL,
    state text NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    suite text NOT NULL,
    renforcement boolean NOT NULL,
    fin_le timestamptz NOT NULL
);

-- Messages of a provider that closed sessions: none counts twice.
CREATE TABLE fermeture (
    emetteur text NOT NULL,
    jti text NOT NULL,
    le timestamptz NOT NULL,
    PRIMARY KEY (emetteur, jti)
);

-- migrate:down
DROP TABLE fermeture;
DROP TABLE depart;
