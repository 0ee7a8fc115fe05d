-- migrate:up

-- When an établissement last reminded somebody who had not read her convocation.
CREATE TABLE relance (
    convocation_id uuid PRIMARY KEY REFERENCES convocation,
    le timestamptz NOT NULL
);
ALTER TABLE relance ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON relance TO convocation_agent;
CREATE POLICY ecrire ON relance TO convocation_agent
    USING (EXISTS (SELECT FROM convocation c WHERE c.convocation_id = relance.convocation_id));

-- migrate:down
DROP TABLE relance;
