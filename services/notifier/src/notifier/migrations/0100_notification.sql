-- migrate:up

-- One row per convocation version (the guard, with its hash); the address is asked when the mail is sent.
CREATE TABLE notification (
    convocation_id uuid NOT NULL,
    version int NOT NULL,
    hash text NOT NULL,
    nature text NOT NULL CHECK (nature IN ('CONVOCATION', 'MODIFICATION', 'ANNULATION')),
    etat text NOT NULL DEFAULT 'EN_ATTENTE'
        CHECK (etat IN ('EN_ATTENTE', 'EN_COURS', 'ENVOYEE', 'ECHOUEE', 'PERIMEE', 'SANS_OBJET')),
    motif text,
    essais int NOT NULL DEFAULT 0,
    pas_avant timestamptz NOT NULL DEFAULT now(),
    correlation_id text,
    recue_le timestamptz NOT NULL DEFAULT now(),
    changee_le timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (convocation_id, version)
);
CREATE INDEX notification_a_envoyer ON notification (recue_le) WHERE etat IN ('EN_ATTENTE', 'EN_COURS');

-- The own version of what this service tells about a convocation.
CREATE TABLE compte_rendu (
    convocation_id uuid PRIMARY KEY,
    version int NOT NULL
);

-- migrate:down
DROP TABLE compte_rendu;
DROP TABLE notification;
