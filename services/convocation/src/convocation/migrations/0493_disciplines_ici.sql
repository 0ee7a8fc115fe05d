-- How many people of an établissement teach what: from the index alone, where 350 people are 350 pages of the table.
-- migrate:up
CREATE INDEX intervenant_disciplines_ici ON intervenant (uai, academie) INCLUDE (disciplines) WHERE actif;

-- migrate:down
DROP INDEX intervenant_disciplines_ici;
