-- migrate:up

-- The request (version of CourrielDemande) by which a mail goes out once more; 0: none. It is part of the mail's identity.
ALTER TABLE notification ADD COLUMN demande int NOT NULL DEFAULT 0;

-- migrate:down
ALTER TABLE notification DROP COLUMN demande;
