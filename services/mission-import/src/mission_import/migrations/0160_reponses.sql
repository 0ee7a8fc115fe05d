-- migrate:up

-- Where a closing stood on its topic, for the answer that a later decision gives; NULL: from a file, or from before.
ALTER TABLE cloture_recue ADD COLUMN topic_partition int, ADD COLUMN topic_offset bigint, ADD COLUMN topic_rang int;

-- Answers that were told after the backup that this database was restored from: what comes now is told above them.
CREATE TABLE reponse_dite (
    reponse_id uuid PRIMARY KEY,
    version bigint NOT NULL
);
-- Ids and versions alone, read by whoever decides.
ALTER TABLE reponse_dite ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON reponse_dite TO mission_import_agent;
CREATE POLICY lire ON reponse_dite FOR SELECT TO mission_import_agent USING (true);

-- migrate:down
DROP TABLE reponse_dite;
ALTER TABLE cloture_recue DROP COLUMN topic_partition, DROP COLUMN topic_offset, DROP COLUMN topic_rang;
