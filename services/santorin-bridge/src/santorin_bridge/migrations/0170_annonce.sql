-- migrate:up

-- The version of AccesChanged that tells this version of a right as transmitted, kept for it when it is written: told in
-- the Kafka transaction that sends the right, and the same however often that is repeated (docs/decisions/0004).
-- A release before keeps none: annonce_de is behind then, and the relay keeps one before it sends.
ALTER TABLE habilitation ADD COLUMN annonce int NOT NULL DEFAULT 0;
ALTER TABLE habilitation ADD COLUMN annonce_de int NOT NULL DEFAULT 0;

-- migrate:down
ALTER TABLE habilitation DROP COLUMN annonce_de, DROP COLUMN annonce;
