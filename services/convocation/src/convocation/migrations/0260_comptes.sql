-- migrate:up

-- Who has signed in (docs/decisions/0039). `courriel` is in lower case; `cle`: the folded words that a person is found by;
-- `donnees`: the functions that the provider's word gave at the last sign-in, to show them.
CREATE TABLE compte (
    compte text PRIMARY KEY,
    emetteur text NOT NULL,
    nom text NOT NULL,
    courriel text NOT NULL,
    cle text NOT NULL,
    donnees jsonb NOT NULL DEFAULT '[]',
    premiere_le timestamptz NOT NULL,
    vue_le timestamptz NOT NULL,
    desactive_le timestamptz,
    desactive_par text
);
CREATE INDEX compte_courriel ON compte (courriel);
CREATE INDEX compte_donnees ON compte USING gin (donnees jsonb_path_ops);

-- Rights of the rectorat that an administrateur gave. Without `compte` it waits for whoever signs in with this address
-- next; from then on it is that account's, whoever has the address later. `fin`: the last day, NULL being no end.
CREATE TABLE attribution (
    attribution_id uuid PRIMARY KEY,
    nom text NOT NULL,
    courriel text NOT NULL,
    cle text NOT NULL,
    compte text REFERENCES compte,
    role text NOT NULL CHECK (role IN ('gestionnaire', 'administrateur')),
    academies text[] NOT NULL CHECK ((cardinality(academies) > 0) = (role = 'gestionnaire')),
    fin date,
    le timestamptz NOT NULL,
    par text NOT NULL,
    par_nom text NOT NULL,
    retiree_le timestamptz,
    retiree_par text
);
CREATE INDEX attribution_compte ON attribution (compte);
CREATE INDEX attribution_courriel ON attribution (courriel) WHERE compte IS NULL;

-- What a chef delegated, both days included; `compte` as above.
CREATE TABLE delegation (
    delegation_id uuid PRIMARY KEY,
    uai text NOT NULL,
    nom text NOT NULL,
    courriel text NOT NULL,
    compte text REFERENCES compte,
    droit text NOT NULL CHECK (droit IN ('CONVOQUER', 'NUMERISER', 'CONSULTER')),
    debut date NOT NULL,
    fin date NOT NULL CHECK (debut <= fin),
    chef text NOT NULL,
    chef_nom text NOT NULL,
    le timestamptz NOT NULL,
    retiree_le timestamptz,
    retiree_par text
);
CREATE INDEX delegation_uai ON delegation (uai, fin);
CREATE INDEX delegation_compte ON delegation (compte);
CREATE INDEX delegation_courriel ON delegation (courriel) WHERE compte IS NULL;

-- Who decided each version, as people read it: « X pour Y ».
ALTER TABLE convocation_version ADD COLUMN par_nom text NOT NULL DEFAULT '';

-- migrate:down
ALTER TABLE convocation_version DROP COLUMN par_nom;
DROP TABLE delegation, attribution, compte;
