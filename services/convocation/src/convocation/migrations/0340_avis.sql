-- migrate:up

-- What an établissement is told by mail, each once: who is prevented, what SANTORIN refused, which mail failed, that the
-- service opens or closes, that its end comes near. `reference` and `version` name the cause: a replay is the same row.
-- No name stands here. `lettre`: the mail that tells it; null: not yet.
CREATE TABLE avis (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uai text NOT NULL,
    academie text NOT NULL,
    session text NOT NULL,
    sorte text NOT NULL
        CHECK (sorte IN ('EMPECHEMENT', 'REFUS_SANTORIN', 'MAIL_ECHEC', 'OUVERTURE', 'FERMETURE', 'ECHEANCE')),
    reference text NOT NULL,
    version bigint NOT NULL,
    le timestamptz NOT NULL,
    lettre int,
    UNIQUE (uai, sorte, reference, version)
);
CREATE INDEX avis_a_dire ON avis (le) WHERE lettre IS NULL;
CREATE INDEX avis_uai ON avis (uai, le);
-- One mail to an établissement, whose identity is `id`. `prise_le`: the notifier has it in hand since then; `sort`: what became of it.
CREATE TABLE avis_lettre (
    uai text NOT NULL,
    version int NOT NULL,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    le timestamptz NOT NULL,
    prise_le timestamptz,
    finie_le timestamptz,
    sort text CHECK (sort IN ('ENVOYEE', 'ECHOUEE', 'REVENUE', 'SANS_OBJET')),
    motif text,
    PRIMARY KEY (uai, version),
    CHECK ((finie_le IS NULL) = (sort IS NULL))
);
CREATE UNIQUE INDEX avis_lettre_ouverte ON avis_lettre (uai) WHERE finie_le IS NULL;
-- When an établissement wants to be told; without a row, once a day.
CREATE TABLE reglage_avis (
    uai text PRIMARY KEY,
    rythme text NOT NULL CHECK (rythme IN ('AUSSITOT', 'QUOTIDIEN', 'JAMAIS')),
    par text NOT NULL,
    le timestamptz NOT NULL
);

-- Who causes a fact writes it: an intervenant too, and reads none.
ALTER TABLE avis ENABLE ROW LEVEL SECURITY;
GRANT INSERT (uai, academie, session, sorte, reference, version, le) ON avis TO convocation_acteur;
GRANT SELECT, UPDATE (lettre) ON avis TO convocation_agent;
CREATE POLICY causer ON avis FOR INSERT TO convocation_acteur
    WITH CHECK (EXISTS (SELECT FROM mission m WHERE m.uai = avis.uai));
CREATE POLICY etablissement ON avis FOR SELECT TO convocation_etablissement
    USING (uai = ANY ((SELECT acteur_uais())::text[]));
CREATE POLICY nation ON avis TO convocation_nation USING (true);
ALTER TABLE avis_lettre ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON avis_lettre TO convocation_agent;
CREATE POLICY etablissement ON avis_lettre FOR SELECT TO convocation_etablissement
    USING (uai = ANY ((SELECT acteur_uais())::text[]));
CREATE POLICY nation ON avis_lettre TO convocation_nation USING (true);
ALTER TABLE reglage_avis ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON reglage_avis TO convocation_agent;
CREATE POLICY etablissement ON reglage_avis TO convocation_etablissement
    USING (uai = ANY ((SELECT acteur_uais())::text[]));
CREATE POLICY nation ON reglage_avis TO convocation_nation USING (true);

-- migrate:down
DROP TABLE reglage_avis, avis_lettre, avis;
