-- migrate:up

-- What an act on several convocations made (ids and versions alone), so that it can be undone for some minutes.
CREATE TABLE lot (
    lot_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uai text NOT NULL,
    par text NOT NULL,
    le timestamptz NOT NULL,
    convocations uuid[] NOT NULL,
    versions int[] NOT NULL
);
CREATE INDEX lot_le ON lot (le);
ALTER TABLE lot ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON lot TO convocation_agent;
CREATE POLICY mission ON lot TO convocation_academie, convocation_etablissement
    USING (EXISTS (SELECT FROM mission m WHERE m.uai = lot.uai));
CREATE POLICY nation ON lot TO convocation_nation USING (true);

-- migrate:down
DROP TABLE lot;
