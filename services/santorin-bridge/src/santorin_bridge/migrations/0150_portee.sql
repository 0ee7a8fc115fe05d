-- The second lock (docs/decisions/0040). No page of this service reads for a person: the roles of acteurs have
-- no right at all, and no policy lets anybody pass. The service's own role is behind none.
-- migrate:up
ALTER TABLE accuse ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE habilitation ENABLE ROW LEVEL SECURITY;

-- migrate:down
ALTER TABLE accuse DISABLE ROW LEVEL SECURITY;
ALTER TABLE audit DISABLE ROW LEVEL SECURITY;
ALTER TABLE habilitation DISABLE ROW LEVEL SECURITY;
