-- migrate:up

-- A version that the établissement handed over on paper, because its mail failed or came back.
CREATE TABLE remise (
    convocation_id uuid NOT NULL,
    version int NOT NULL,
    le timestamptz NOT NULL,
    par text NOT NULL,
    PRIMARY KEY (convocation_id, version),
    FOREIGN KEY (convocation_id, version) REFERENCES convocation_version
);

-- « Signaler un empêchement »: `motif` and `reponse` are between the person and the établissement, nobody else's.
CREATE TABLE empechement (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    convocation_id uuid NOT NULL,
    version int NOT NULL,
    motif text NOT NULL CHECK (length(motif) BETWEEN 1 AND 1000),
    le timestamptz NOT NULL,
    etat text NOT NULL DEFAULT 'OUVERT' CHECK (etat IN ('OUVERT', 'REMPLACE', 'MAINTENU', 'RETIRE', 'CLOS')),
    reponse text NOT NULL DEFAULT '' CHECK (length(reponse) <= 1000),
    par text,
    repondu_le timestamptz,
    FOREIGN KEY (convocation_id, version) REFERENCES convocation_version
);
CREATE UNIQUE INDEX empechement_ouvert ON empechement (convocation_id) WHERE etat = 'OUVERT';
CREATE INDEX empechement_convocation ON empechement (convocation_id, le);

-- migrate:down
DROP TABLE empechement, remise;
