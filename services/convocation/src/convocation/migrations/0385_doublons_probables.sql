-- migrate:up

-- Which entries may be one person: found by a loop after what it compares has changed, read by the page (0054).
CREATE TABLE doublon_probable (
    numero text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    autre text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    academie text NOT NULL,
    motifs text[] NOT NULL,
    poids int NOT NULL,
    cle text NOT NULL,
    PRIMARY KEY (numero, autre),
    CHECK (numero < autre)
);
CREATE INDEX doublon_probable_autre ON doublon_probable (autre);
CREATE INDEX doublon_probable_ordre ON doublon_probable (academie, poids DESC, cle, numero, autre);
ALTER TABLE doublon_probable ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON doublon_probable TO convocation_agent;
CREATE POLICY academie ON doublon_probable FOR SELECT TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY nation ON doublon_probable FOR SELECT TO convocation_nation USING (true);

-- Whose pairs are still to be found. A trigger fills it, whoever writes the directory.
CREATE TABLE doublon_a_chercher (
    numero text PRIMARY KEY REFERENCES intervenant ON DELETE CASCADE
);
ALTER TABLE doublon_a_chercher ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON doublon_a_chercher TO convocation_agent;
CREATE POLICY academie ON doublon_a_chercher FOR SELECT TO convocation_academie
    USING (EXISTS (SELECT FROM intervenant i WHERE i.numero = doublon_a_chercher.numero
                   AND i.academie = ANY ((SELECT acteur_academies())::text[])));
CREATE POLICY nation ON doublon_a_chercher FOR SELECT TO convocation_nation USING (true);
CREATE FUNCTION doublon_a_chercher() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO doublon_a_chercher VALUES (NEW.numero) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- contract: intervenant.doublon_nouveau: it refuses nothing, it notes whose pairs are to be found
CREATE TRIGGER doublon_nouveau AFTER INSERT ON intervenant FOR EACH ROW EXECUTE FUNCTION doublon_a_chercher();
-- contract: intervenant.doublon_change: it refuses nothing, it notes whose pairs are to be found
CREATE TRIGGER doublon_change AFTER UPDATE ON intervenant FOR EACH ROW
WHEN ((OLD.cle, OLD.courriel, OLD.uai, OLD.uais_secondaires, OLD.disciplines, OLD.actif)
      IS DISTINCT FROM (NEW.cle, NEW.courriel, NEW.uai, NEW.uais_secondaires, NEW.disciplines, NEW.actif))
EXECUTE FUNCTION doublon_a_chercher();
INSERT INTO doublon_a_chercher SELECT numero FROM intervenant WHERE actif;
CREATE INDEX intervenant_homonyme ON intervenant (academie, cle) WHERE actif;
CREATE INDEX intervenant_identifiant ON intervenant (academie, split_part(lower(courriel), '@', 1)) WHERE actif;

-- What a merge did (numbers, ids and versions; of the kept entry what it gained), so that it can be undone for a day.
CREATE TABLE fusion (
    fusion_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    academie text NOT NULL,
    gardee text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    autre text NOT NULL REFERENCES intervenant ON DELETE CASCADE,
    par text NOT NULL,
    par_nom text NOT NULL,
    le timestamptz NOT NULL,
    avant jsonb NOT NULL,
    apres jsonb NOT NULL,
    deplacees jsonb NOT NULL,
    defaite_le timestamptz
);
CREATE INDEX fusion_academie ON fusion (academie, le);
ALTER TABLE fusion ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON fusion TO convocation_agent;
CREATE POLICY academie ON fusion TO convocation_academie
    USING (academie = ANY ((SELECT acteur_academies())::text[]));
CREATE POLICY nation ON fusion TO convocation_nation USING (true);

-- migrate:down
DROP TABLE fusion;
DROP INDEX intervenant_identifiant;
DROP INDEX intervenant_homonyme;
DROP TRIGGER doublon_change ON intervenant;
DROP TRIGGER doublon_nouveau ON intervenant;
DROP FUNCTION doublon_a_chercher;
DROP TABLE doublon_a_chercher;
DROP TABLE doublon_probable;
