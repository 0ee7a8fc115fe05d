-- migrate:up

-- Who reads the audit asks for keys too (docs/decisions/0061); no act here is about somebody who can be forgotten.
GRANT SELECT ON cle_oubli TO mission_import_agent;
CREATE POLICY agents ON cle_oubli FOR SELECT TO mission_import_agent USING (true);

-- migrate:down
DROP POLICY agents ON cle_oubli;
REVOKE ALL ON cle_oubli FROM mission_import_agent;
