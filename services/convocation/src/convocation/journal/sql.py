"""SQL of the journal: the audit, and what became of convocations, which keep a history of their own, in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from acces import audit
from acces.audit import COLUMNS, ActeEcrit, Recherche
from chassis.database import Connection

# Each kind is cut before they are put together. `rang` orders what one moment has; a cursor is (le, rang).
_AUDIT = f"""
SELECT 'a' || lpad(id::text, 20, '0') AS rang, {COLUMNS}, '' AS sujet
FROM audit
WHERE ($1::text IS NULL OR action LIKE $1) AND ($2::text[] IS NULL OR academie = ANY($2))
  AND split_part(action, '.', 1) <> ALL ($11::text[])
  AND ($3::text IS NULL OR uai = $3) AND ($4::timestamptz IS NULL OR le >= $4) AND ($5::timestamptz IS NULL OR le < $5)
  AND ($6::text IS NULL OR par = ANY ($12::text[]) OR lower(nom) = lower($6) OR objet = ANY($7::text[]))
  AND ($8::timestamptz IS NULL OR (le <= $8 AND (le, 'a' || lpad(id::text, 20, '0')) < ($8, $9)))
ORDER BY le DESC, id DESC LIMIT $10
"""
# A default qualité is told as a code of its own: by name it is another choice.
_ETAT = """jsonb_build_object('nature', {v}.nature, 'dates', {v}.dates, 'observation', {v}.observation,
       'qualite', CASE WHEN {v}.qualite_par_defaut THEN 'PAR_DEFAUT' ELSE {v}.qualite END)"""
_SUJET = """i.nom || ' ' || i.prenom || ', ' || m.libelle"""
_VERSIONS = f"""
SELECT 'c' || v.convocation_id || '-' || lpad(v.version::text, 9, '0') AS rang, 0::bigint AS id, v.le, v.par,
       '' AS role, v.par_nom AS nom, 'convocation.' || lower(v.nature) AS action,
       'convocation|' || v.convocation_id AS objet, m.academie, m.uai,
       {_ETAT.format(v="p")}::text AS avant_json, {_ETAT.format(v="v")}::text AS apres_json,
       coalesce(v.motif, '') AS motif, NULL::uuid AS alias, NULL::bytea AS secret, {_SUJET} AS sujet
FROM convocation_version v JOIN convocation c USING (convocation_id) JOIN mission m USING (mission_id)
JOIN intervenant i USING (numero)
LEFT JOIN convocation_version p ON p.convocation_id = v.convocation_id AND p.version = v.version - 1
WHERE ($1::text IS NULL OR 'convocation.' LIKE $1) AND ($2::text[] IS NULL OR m.academie = ANY($2))
  AND ($3::text IS NULL OR m.uai = $3) AND ($4::timestamptz IS NULL OR v.le >= $4)
  AND ($5::timestamptz IS NULL OR v.le < $5)
  AND ($6::text IS NULL OR v.par = $6 OR lower(v.par_nom) = lower($6) OR 'intervenant|' || c.numero = ANY($7::text[]))
  AND ($8::timestamptz IS NULL OR (v.le <= $8 AND
       (v.le, 'c' || v.convocation_id || '-' || lpad(v.version::text, 9, '0')) < ($8, $9)))
ORDER BY v.le DESC, rang DESC LIMIT $10
"""
_LECTURES = f"""
SELECT 'l' || l.convocation_id || '-' || lpad(l.version::text, 9, '0') AS rang, 0::bigint AS id, l.le, c.numero AS par,
       'intervenant' AS role, i.nom || ' ' || i.prenom AS nom, 'convocation.lue' AS action,
       'convocation|' || l.convocation_id AS objet, m.academie, m.uai, NULL::text AS avant_json,
       jsonb_build_object('version', l.version)::text AS apres_json, '' AS motif, NULL::uuid AS alias,
       NULL::bytea AS secret, {_SUJET} AS sujet
FROM prise_de_connaissance l JOIN convocation c USING (convocation_id) JOIN mission m USING (mission_id)
JOIN intervenant i USING (numero)
WHERE ($1::text IS NULL OR 'convocation.' LIKE $1) AND ($2::text[] IS NULL OR m.academie = ANY($2))
  AND ($3::text IS NULL OR m.uai = $3) AND ($4::timestamptz IS NULL OR l.le >= $4)
  AND ($5::timestamptz IS NULL OR l.le < $5)
  AND ($6::text IS NULL OR c.numero = $6 OR 'intervenant|' || c.numero = ANY($7::text[]))
  AND ($8::timestamptz IS NULL OR (l.le <= $8 AND
       (l.le, 'l' || l.convocation_id || '-' || lpad(l.version::text, 9, '0')) < ($8, $9)))
ORDER BY l.le DESC, rang DESC LIMIT $10
"""
_PAGE = f"""
SELECT t.*, k.cle FROM (
    SELECT u.*, 0::bigint AS total FROM (({_AUDIT}) UNION ALL ({_VERSIONS}) UNION ALL ({_LECTURES})) AS u
    ORDER BY u.le DESC, u.rang DESC LIMIT $10) AS t
LEFT JOIN cle_oubli k ON k.alias = t.alias ORDER BY t.le DESC, t.rang DESC
"""


class ActeDuJournal(ActeEcrit):
    """An act of the audit, a version of a convocation, or that it was read; `sujet`: whose, on which mission."""

    rang: str
    sujet: str


@dataclass(frozen=True, slots=True)
class Curseur:
    """The last act of a page: the next one begins after it."""

    le: datetime
    rang: str


async def page(
    connection: Connection,
    wanted: Recherche,
    academies: Sequence[str] | None,
    sauf: Sequence[str],
    numeros: Sequence[str],
    after: Curseur | None,
    size: int,
) -> list[ActeDuJournal]:
    """`size` acts at most, the latest first, without the families `sauf`; `academies` None: all.

    `numeros`: whom `wanted.personne` may be.
    """
    named = await audit.names(connection, numeros)
    return await connection.fetch(
        _PAGE,
        f"{wanted.famille}.%" if wanted.famille else None,
        academies,
        wanted.uai,
        wanted.depuis,
        wanted.avant,
        wanted.personne,
        [audit.intervenant(one) for one in named],
        after.le if after else None,
        after.rang if after else None,
        size,
        sauf,
        named,
        record_class=ActeDuJournal,
    )
