"""SQL that writes the directory of intervenants."""

from collections.abc import Sequence
from dataclasses import astuple

from chassis.database import ConcurrentWrite, Connection, Row
from convocation.annuaire.domain import Intervenant
from convocation.commun.recherche import cle, formes

_UPSERT = """
INSERT INTO intervenant (numero, civilite, nom, prenom, courriel, uai, uais_secondaires, disciplines,
                         academie, actif, cle, stagiaire, profils, mots_version)
SELECT numero, civilite, nom, prenom, courriel, uai, string_to_array(secondaires, ' '),
       string_to_array(disciplines, ' '), academie, actif, cle, stagiaire,
       coalesce(string_to_array(nullif(profils, ''), E'\n'), '{}'), 1
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::boolean[], $11::text[], $12::boolean[], $13::text[])
     AS t (numero, civilite, nom, prenom, courriel, uai, secondaires, disciplines, academie, actif, cle, stagiaire,
           profils)
ON CONFLICT (numero) DO UPDATE
SET civilite = excluded.civilite, nom = excluded.nom, prenom = excluded.prenom, courriel = excluded.courriel,
    uai = excluded.uai, uais_secondaires = excluded.uais_secondaires, disciplines = excluded.disciplines,
    actif = excluded.actif, cle = excluded.cle,
    stagiaire = excluded.stagiaire, profils = excluded.profils, version = intervenant.version + 1,
    mots_version = intervenant.version + 1
WHERE intervenant.academie = excluded.academie
"""
_ABSENCES = """
INSERT INTO indisponibilite (numero, debut, fin) SELECT * FROM unnest($1::text[], $2::date[], $3::date[])
"""
_WORDS = "INSERT INTO intervenant_mot (numero, academie, mot) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])"
_OLD_WORDS = """
SELECT numero, academie, nom, prenom FROM intervenant
WHERE mots_version <> version ORDER BY numero LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_FOLDED = """
UPDATE intervenant i SET cle = t.cle, mots_version = i.version
FROM unnest($1::text[], $2::text[]) AS t (numero, cle) WHERE i.numero = t.numero
"""


class NumeroRow(Row):
    """Somebody's number."""

    numero: str


class NomRow(Row):
    """Somebody's name."""

    numero: str
    academie: str
    nom: str
    prenom: str


async def save(connection: Connection, intervenants: Sequence[Intervenant]) -> None:
    """Create or replace people by number, with the words they are found by.

    Raises ConcurrentWrite when another académie took a number meanwhile.
    """
    rows = [
        (
            one.numero,
            one.civilite,
            one.nom,
            one.prenom,
            one.courriel,
            one.uai,
            " ".join(one.uais_secondaires),
            " ".join(one.disciplines),
            one.academie,
            one.actif,
            cle(f"{one.nom} {one.prenom}"),
            one.stagiaire,
            "\n".join(one.profils),
        )
        for one in intervenants
    ]
    if await connection.execute(_UPSERT, *map(list, zip(*rows, strict=True))) != f"INSERT 0 {len(rows)}":
        raise ConcurrentWrite
    numeros = [one.numero for one in intervenants]
    await connection.execute("DELETE FROM indisponibilite WHERE numero = ANY($1::text[])", numeros)
    absences = [(one.numero, *astuple(absence)) for one in intervenants for absence in one.indisponibilites]
    if absences:
        await connection.execute(_ABSENCES, *map(list, zip(*absences, strict=True)))
    await _write_words(connection, [(one.numero, one.academie, one.nom, one.prenom) for one in intervenants])


async def _write_words(connection: Connection, people: Sequence[tuple[str, str, str, str]]) -> None:
    """What they are found by instead of what it was: number, académie, name and first name of each."""
    await connection.execute("DELETE FROM intervenant_mot WHERE numero = ANY($1::text[])", [one[0] for one in people])
    words = [(numero, academie, mot) for numero, academie, *noms in people for mot in formes(*noms)]
    if words:
        await connection.execute(_WORDS, *map(list, zip(*words, strict=True)))


async def make_words_again(connection: Connection, most: int) -> int:
    """Of at most `most` people whose words another rule or a process of the previous release made; returns how many."""
    found = await connection.fetch(_OLD_WORDS, most, record_class=NomRow)
    people = [(one.numero, one.academie, one.nom, one.prenom) for one in found]
    keys = [cle(f"{one.nom} {one.prenom}") for one in found]
    await connection.execute(_FOLDED, [one.numero for one in found], keys)
    await _write_words(connection, people)
    return len(people)


async def reserve(connection: Connection, person: Intervenant) -> bool:
    """Hold a number that nobody has, until the transaction ends; False when somebody has it."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('intervenant|' || $1))", person.numero)
    return await connection.fetchval("SELECT true FROM intervenant WHERE numero = $1", person.numero) is None


async def fusionnees(connection: Connection, numeros: Sequence[str]) -> set[str]:
    """Those of `numeros` who were merged into another."""
    query = "SELECT numero FROM intervenant WHERE numero = ANY($1::text[]) AND fusionne_dans IS NOT NULL"
    return {row.numero for row in await connection.fetch(query, numeros, record_class=NumeroRow)}


async def merge_into(connection: Connection, numero: str, dans: str | None) -> None:
    """Record that `numero` was merged into `dans`; None: into nobody any more."""
    await connection.execute("UPDATE intervenant SET fusionne_dans = $2 WHERE numero = $1", numero, dans)
