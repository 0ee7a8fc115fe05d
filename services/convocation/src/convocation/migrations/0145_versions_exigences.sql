-- migrate:up

-- One counter for all rules: a version names one state of one rule for ever, also after the rule was removed and written
-- again. Whose version is read and checked is that of the rule that holds, an académie's own or the nation's.
CREATE TABLE exigence_compteur (seul boolean PRIMARY KEY DEFAULT true CHECK (seul), version int NOT NULL);
INSERT INTO exigence_compteur (version) SELECT coalesce(max(version), 0) FROM exigence;

-- migrate:down
DROP TABLE exigence_compteur;
