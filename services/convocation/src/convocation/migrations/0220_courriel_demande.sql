-- migrate:up

-- How many mails were asked for of a convocation that no new version of it brings: the version of CourrielDemande.
CREATE TABLE courriel_demande (
    convocation_id uuid PRIMARY KEY REFERENCES convocation,
    version int NOT NULL
);

-- migrate:down
DROP TABLE courriel_demande;
