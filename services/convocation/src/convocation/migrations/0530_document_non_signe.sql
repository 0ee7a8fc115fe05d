-- migrate:up

-- Of a season's documents few or none lack a signature, and each first page asks for them.
CREATE INDEX document_non_signe ON document (convocation_id, version) WHERE signature_version IS NULL;

-- migrate:down
DROP INDEX document_non_signe;
