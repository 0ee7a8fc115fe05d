"""SQL that writes the directory of intervenants."""

from collections.abc import Sequence
from dataclasses import astuple

from chassis.database import ConcurrentWrite, Connection, Row
from convocation.annuaire.domain import Intervenant
from convocation.commun.recherche import cle, mots

_UPSERT = """
INSERT INTO intervenant (numero, civilite, nom, prenom, courriel, uai, uais_secondaires, disciplines,
                         academie, actif, cle, stagiaire, profils)
SELECT numero, civilite, nom, prenom, courriel, uai, string_to_array(secondaires, ' '),
       string_to_array(disciplines, ' '), academie, actif, cle, stagiaire,
       coalesce(string_to_array(nullif(profils, ''), E'\n'), '{}')
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::boolean[], $11::text[], $12::boolean[], $13::text[])
     AS t (numero, civilite, nom, prenom, courriel, uai, secondaires, disciplines, academie, actif, cle, stagiaire,
           profils)
ON CONFLICT (numero) DO UPDATE
SET civilite = excluded.civilite, nom = excluded.nom, prenom = excluded.prenom, courriel = excluded.courriel,
    uai = excluded.uai, uais_secondaires = excluded.uais_secondaires, disciplines = excluded.disciplines,
    actif = excluded.actif, cle = excluded.cle,
    stagiaire = excluded.stagiaire, profils = excluded.profils, version = intervenant.version + 1
WHERE intervenant.academie = excluded.academie
"""
_ABSENCES = """
INSERT INTO indisponibilite (numero, debut, fin) SELECT * FROM unnest($1::text[], $2::date[], $3::date[])
"""
_WORDS = "INSERT INTO intervenant_mot (numero, academie, mot) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])"


class NumeroRow(Row):
    """Somebody's number."""

    numero: str


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
    await connection.execute("DELETE FROM intervenant_mot WHERE numero = ANY($1::text[])", numeros)
    await connection.execute("DELETE FROM indisponibilite WHERE numero = ANY($1::text[])", numeros)
    absences = [(one.numero, *astuple(absence)) for one in intervenants for absence in one.indisponibilites]
    if absences:
        await connection.execute(_ABSENCES, *map(list, zip(*absences, strict=True)))
    words = [(one.numero, one.academie, mot) for one in intervenants for mot in mots(f"{one.nom} {one.prenom}")]
    await connection.execute(_WORDS, *map(list, zip(*words, strict=True)))


async def reserve(connection: Connection, person: Intervenant) -> bool:
    """Hold a number that nobody has, until the transaction ends; False when somebody has it."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('intervenant|' || $1))", person.numero)
    return await connection.fetchval("SELECT true FROM intervenant WHERE numero = $1", person.numero) is None


async def fusionnees(connection: Connection, numeros: Sequence[str]) -> set[str]:
    """Those of `numeros` who were merged into another."""
    query = "SELECT numero FROM intervenant WHERE numero = ANY($1::text[]) AND fusionne_dans IS NOT NULL"
    return {row.numero for row in await connection.fetch(query, numeros, record_class=NumeroRow)}


async def merge_into(connection: Connection, numero: str, dans: str) -> None:
    """Record that `numero` was merged into `dans`."""
    await connection.execute("UPDATE intervenant SET fusionne_dans = $2 WHERE numero = $1", numero, dans)
