-- migrate:up

-- The guard of CourrielDemande: the last one held of each convocation.
CREATE TABLE courriel_demande (
    convocation_id uuid PRIMARY KEY,
    version int NOT NULL,
    hash text NOT NULL
);
-- `jours` < 0: the answer to an empêchement, minus the version of its CourrielDemande.
ALTER TABLE notification DROP CONSTRAINT notification_nature_check, DROP CONSTRAINT notification_check,
    ADD CONSTRAINT notification_nature_check
        CHECK (nature IN ('CONVOCATION', 'MODIFICATION', 'ANNULATION', 'RAPPEL', 'REPONSE')),
    ADD CONSTRAINT notification_check CHECK ((nature = 'RAPPEL') = (jours > 0) AND (nature = 'REPONSE') = (jours < 0));

-- migrate:down
DELETE FROM notification WHERE jours < 0;
ALTER TABLE notification DROP CONSTRAINT notification_nature_check, DROP CONSTRAINT notification_check,
    ADD CONSTRAINT notification_nature_check CHECK (nature IN ('CONVOCATION', 'MODIFICATION', 'ANNULATION', 'RAPPEL')),
    ADD CONSTRAINT notification_check CHECK ((nature = 'RAPPEL') = (jours > 0));
DROP TABLE courriel_demande;
