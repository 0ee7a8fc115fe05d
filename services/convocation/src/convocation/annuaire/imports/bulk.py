"""SQL of a whole file of people (R36): copied to a temporary table, compared as sets, written where it differs."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from chassis.database import ConcurrentWrite, Connection, Row
from convocation.annuaire.domain import Indisponibilite, Intervenant
from convocation.annuaire.imports.domain import CHAMPS, PERIODES

_COMPARED = (*CHAMPS, "academie")
_COLUMNS = (*_COMPARED, "cle")
_NAMES = ", ".join(_COLUMNS)
_CREATE = """
DROP TABLE IF EXISTS annuaire_importe;
CREATE TEMP TABLE annuaire_importe (
    LIKE intervenant INCLUDING DEFAULTS, ligne int NOT NULL, mots text[] NOT NULL, periodes text
);
ALTER TABLE annuaire_importe ALTER stagiaire DROP NOT NULL, ALTER profils DROP NOT NULL;
"""
_PERIODES = """
SELECT numero, string_agg(debut || '/' || fin, ' ' ORDER BY debut) AS periodes FROM indisponibilite GROUP BY numero
"""
# What the file has no column for is NULL, and stays as the directory has it.
_KEEP = f"""
UPDATE annuaire_importe t
SET stagiaire = coalesce(t.stagiaire, i.stagiaire, false), profils = coalesce(t.profils, i.profils, '{{}}'),
    periodes = coalesce(t.periodes, p.periodes, '')
FROM annuaire_importe o LEFT JOIN intervenant i USING (numero) LEFT JOIN ({_PERIODES}) p USING (numero)
WHERE o.numero = t.numero AND (t.stagiaire IS NULL OR t.profils IS NULL OR t.periodes IS NULL)
"""
_FOREIGN = """
SELECT t.ligne FROM annuaire_importe t JOIN intervenant i USING (numero) WHERE i.academie <> t.academie ORDER BY t.ligne
"""
_FORGET_SAME = f"""
DELETE FROM annuaire_importe t USING intervenant i LEFT JOIN ({_PERIODES}) p USING (numero)
WHERE i.numero = t.numero AND t.periodes = coalesce(p.periodes, '') AND ({", ".join(f"i.{name}" for name in _COMPARED)})
                            IS NOT DISTINCT FROM ({", ".join(f"t.{name}" for name in _COMPARED)})
"""
_STAY_MERGED = """
UPDATE annuaire_importe t SET actif = false FROM intervenant i
WHERE i.numero = t.numero AND i.fusionne_dans IS NOT NULL AND t.actif
"""
_KNOWN = "SELECT count(*) FROM annuaire_importe t JOIN intervenant i USING (numero)"
_UPSERT = f"""
INSERT INTO intervenant ({_NAMES}, mots_version)
SELECT {_NAMES}, 1 FROM annuaire_importe WHERE numero = ANY($1::text[])
ON CONFLICT (numero) DO UPDATE
SET version = intervenant.version + 1, mots_version = intervenant.version + 1,
    {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "numero")}
WHERE intervenant.academie = excluded.academie
"""
_WORDS = """
INSERT INTO intervenant_mot (numero, academie, mot)
SELECT numero, academie, unnest(mots) FROM annuaire_importe WHERE numero = ANY($1::text[])
"""
_ABSENCES = """
INSERT INTO indisponibilite (numero, debut, fin)
SELECT numero, split_part(une, '/', 1)::date, split_part(une, '/', 2)::date
FROM annuaire_importe, unnest(string_to_array(periodes, ' ')) AS une WHERE numero = ANY($1::text[])
"""
_NEW = "NOT EXISTS (SELECT FROM intervenant i WHERE i.numero = t.numero)"
# Whom the file makes, moves or wakes; of two such the second line, else the one of them.
_MOVED = """NOT EXISTS (SELECT FROM intervenant i WHERE i.numero = t.numero AND i.actif
                        AND (i.cle, lower(i.courriel), i.uai) = (t.cle, lower(t.courriel), t.uai))"""
_TWINS = f"""
SELECT DISTINCT t.ligne FROM annuaire_importe t JOIN (
    SELECT numero, academie, cle, courriel, uai, -1 AS ligne FROM intervenant i
    WHERE actif AND NOT EXISTS (SELECT FROM annuaire_importe f WHERE f.numero = i.numero)
    UNION ALL SELECT numero, academie, cle, courriel, uai, CASE WHEN {_MOVED} THEN ligne ELSE -1 END
    FROM annuaire_importe t WHERE actif) o
ON (o.academie, o.cle, lower(o.courriel), o.uai) = (t.academie, t.cle, lower(t.courriel), t.uai)
WHERE o.numero <> t.numero AND o.ligne < t.ligne AND t.actif AND {_MOVED} ORDER BY t.ligne
"""
_LOST_ZEROS = f"""
SELECT DISTINCT t.ligne FROM annuaire_importe t JOIN intervenant o
ON (o.academie, ltrim(o.numero, '0')) = (t.academie, ltrim(t.numero, '0'))
WHERE length(o.numero) > length(t.numero) AND {_NEW} ORDER BY t.ligne
"""


class LigneRow(Row):
    """A line of the file."""

    ligne: int


class NumeroRow(Row):
    """Somebody of the file."""

    numero: str


class PersonneRow(Row):
    """CHAMPS: somebody as the directory or the file has them. `periodes`: « 2020-03-05/2020-03-06 », by a space."""

    numero: str
    civilite: str
    nom: str
    prenom: str
    courriel: str
    uai: str
    uais_secondaires: list[str]
    disciplines: list[str]
    actif: bool
    stagiaire: bool
    profils: list[str]
    periodes: str

    @property
    def indisponibilites(self) -> tuple[Indisponibilite, ...]:
        return tuple(Indisponibilite(*map(date.fromisoformat, one.split("/"))) for one in self.periodes.split())

    @property
    def etat(self) -> dict[str, object]:
        """As the audit tells it."""
        return self.only(*CHAMPS) | {PERIODES: [asdict(one) for one in self.indisponibilites]}


class ExporteeRow(PersonneRow):
    """Somebody of the directory, with the id that stands in addresses."""

    id: UUID

    def personne(self, academie: str) -> Intervenant:
        """Somebody of `academie`."""
        return Intervenant(
            numero=self.numero,
            civilite=self.civilite,
            nom=self.nom,
            prenom=self.prenom,
            courriel=self.courriel,
            uai=self.uai,
            uais_secondaires=tuple(self.uais_secondaires),
            disciplines=tuple(self.disciplines),
            academie=academie,
            actif=self.actif,
            stagiaire=self.stagiaire,
            profils=tuple(self.profils),
            indisponibilites=self.indisponibilites,
            id=self.id,
        )


async def begin(connection: Connection) -> None:
    """An empty temporary table of the session, for the file's people."""
    await connection.execute(_CREATE)


async def add(connection: Connection, people: Sequence[tuple[object, ...]]) -> None:
    """Some of the file's people."""
    await connection.copy_records_to_table(
        "annuaire_importe", columns=(*_COLUMNS, "ligne", "mots", "periodes"), records=people
    )


async def complete(connection: Connection) -> None:
    """They are all there: what the file says nothing of is as the directory has it."""
    await connection.execute("CREATE INDEX ON annuaire_importe (numero)")
    await connection.execute("ANALYZE annuaire_importe")
    await connection.execute(_KEEP)
    await connection.execute(_STAY_MERGED)


async def end(connection: Connection) -> None:
    """The temporary table goes."""
    await connection.execute("DROP TABLE annuaire_importe")


async def foreign(connection: Connection) -> list[int]:
    """Lines whose number belongs to another académie."""
    return [row.ligne for row in await connection.fetch(_FOREIGN, record_class=LigneRow)]


async def compare(connection: Connection) -> dict[str, int]:
    """Count créées, modifiées and inchangées; only what differs stays in the temporary table."""
    same = int((await connection.execute(_FORGET_SAME)).split()[-1])
    modified: int = await connection.fetchval(_KNOWN)
    left: int = await connection.fetchval("SELECT count(*) FROM annuaire_importe")
    return {"creees": left - modified, "modifiees": modified, "inchangees": same}


async def twins(connection: Connection) -> list[int]:
    """After `compare`: lines of people who get, new or changed, somebody's name, address and établissement."""
    return [row.ligne for row in await connection.fetch(_TWINS, record_class=LigneRow)]


async def lost_zeros(connection: Connection) -> list[int]:
    """After `compare`: lines of new people whose number is somebody's without its zeros."""
    return [row.ligne for row in await connection.fetch(_LOST_ZEROS, record_class=LigneRow)]


async def numbers(connection: Connection) -> list[str]:
    """Whom to write, in the order in which every command locks people."""
    query = "SELECT numero FROM annuaire_importe ORDER BY numero"
    return [row.numero for row in await connection.fetch(query, record_class=NumeroRow)]


async def write(
    connection: Connection, numeros: Sequence[str]
) -> list[tuple[str, dict[str, object] | None, dict[str, object]]]:
    """Write these people and the words they are found by; returns number, before and after of each.

    Raises ConcurrentWrite when another académie took a number meanwhile.
    """
    wanted = "WHERE numero = ANY($1::text[]) ORDER BY numero"
    fields = ", ".join(CHAMPS)
    of_each = (
        "(SELECT string_agg(debut || '/' || fin, ' ' ORDER BY debut) FROM indisponibilite n WHERE n.numero = i.numero)"
    )
    query = f"SELECT {fields}, coalesce({of_each}, '') AS periodes FROM intervenant i {wanted} FOR UPDATE"
    before = await connection.fetch(query, numeros, record_class=PersonneRow)
    query = f"SELECT {fields}, periodes FROM annuaire_importe {wanted}"
    after = await connection.fetch(query, numeros, record_class=PersonneRow)
    if await connection.execute(_UPSERT, numeros) != f"INSERT 0 {len(numeros)}":
        raise ConcurrentWrite
    await connection.execute("DELETE FROM intervenant_mot WHERE numero = ANY($1::text[])", numeros)
    await connection.execute(_WORDS, numeros)
    await connection.execute("DELETE FROM indisponibilite WHERE numero = ANY($1::text[])", numeros)
    await connection.execute(_ABSENCES, numeros)
    held = {row.numero: row.etat for row in before}
    return [(row.numero, held.get(row.numero), row.etat) for row in after]


async def exported(connection: Connection, academie: str, uai: str | None) -> AsyncIterator[ExporteeRow]:
    """Everybody of the académie, or those of it who are of the établissement, active or not, by number."""
    fields = ", ".join(f"i.{name}" for name in CHAMPS)
    query = f"""SELECT i.id, {fields}, coalesce(p.periodes, '') AS periodes
                FROM intervenant i LEFT JOIN ({_PERIODES}) p USING (numero)
                WHERE i.academie = $1 AND ($2::text IS NULL OR i.uai = $2 OR i.uais_secondaires @> ARRAY[$2::text])
                ORDER BY i.numero"""
    async for row in connection.cursor(query, academie, uai, prefetch=500, record_class=ExporteeRow):
        yield row
