-- The second lock (docs/decisions/0040). No page of this service reads for a person: the roles of acteurs have
-- no right at all, and no policy lets anybody pass. The service's own role is behind none.
-- migrate:up
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE compte_rendu ENABLE ROW LEVEL SECURITY;
ALTER TABLE courriel_demande ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification ENABLE ROW LEVEL SECURITY;

-- migrate:down
ALTER TABLE audit DISABLE ROW LEVEL SECURITY;
ALTER TABLE compte_rendu DISABLE ROW LEVEL SECURITY;
ALTER TABLE courriel_demande DISABLE ROW LEVEL SECURITY;
ALTER TABLE notification DISABLE ROW LEVEL SECURITY;
