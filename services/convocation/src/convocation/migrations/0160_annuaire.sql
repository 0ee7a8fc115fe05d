-- migrate:up

-- What the gestionnaire knows of people beyond their disciplines (R47, R54); version guards two who edit; id stands in
-- addresses, where a person's number does not belong. Why somebody is unavailable is kept nowhere: it may be health.
ALTER TABLE intervenant ADD COLUMN id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
ALTER TABLE intervenant ADD COLUMN stagiaire boolean NOT NULL DEFAULT false;
ALTER TABLE intervenant ADD COLUMN profils text[] NOT NULL DEFAULT '{}';
ALTER TABLE intervenant ADD COLUMN version int NOT NULL DEFAULT 1;
CREATE TABLE indisponibilite (
    numero text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    debut date NOT NULL,
    fin date NOT NULL CHECK (fin >= debut),
    PRIMARY KEY (numero, debut)
);

-- migrate:down
DROP TABLE indisponibilite;
ALTER TABLE intervenant DROP COLUMN stagiaire, DROP COLUMN profils, DROP COLUMN version, DROP COLUMN id;
