-- migrate:up

-- « J'ai pris connaissance », of one version: a later one wants to be read again.
CREATE TABLE prise_de_connaissance (
    convocation_id uuid NOT NULL,
    version int NOT NULL,
    le timestamptz NOT NULL,
    PRIMARY KEY (convocation_id, version),
    FOREIGN KEY (convocation_id, version) REFERENCES convocation_version
);

-- migrate:down
DROP TABLE prise_de_connaissance;
