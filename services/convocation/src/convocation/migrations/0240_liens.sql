-- migrate:up

-- Who said that a mail is lost: links that were sent before (a lower count in them) open nothing any more.
CREATE TABLE lien_perdu (
    numero text PRIMARY KEY REFERENCES intervenant ON DELETE CASCADE,
    compteur int NOT NULL,
    le timestamptz NOT NULL
);

-- Whose links open her pages, and what a link must be bound to: the one place where this is decided (docs/decisions/0035).
CREATE VIEW lien_ouvert WITH (security_invoker = true) AS
SELECT i.numero, i.id AS intervenant_id, i.nom, i.prenom, i.courriel, i.academie, i.uai,
       coalesce(p.compteur, 0) AS compteur
FROM intervenant i LEFT JOIN lien_perdu p USING (numero)
WHERE i.actif AND EXISTS (SELECT FROM convocation c WHERE c.numero = i.numero AND c.status = 'ACTIVE');

-- « J'ai perdu ce mail »: strangers ask for any address.
CREATE INDEX intervenant_courriel ON intervenant (lower(courriel));

-- migrate:down
DROP INDEX intervenant_courriel;
DROP VIEW lien_ouvert;
DROP TABLE lien_perdu;
