"""What pages and other rooms ask of the directory: people by number, by discipline, by name, as a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from chassis.database import Connection, Row
from convocation.annuaire.domain import Indisponibilite, Intervenant, mots_proches, voisins
from convocation.commun.recherche import cle, mots

_FEWEST_LETTERS = 2  # one letter alone would find too many
COLUMNS = """i.id, i.numero, i.civilite, i.nom, i.prenom, i.courriel, i.uai, i.uais_secondaires, i.disciplines,
       i.academie, i.actif, i.stagiaire, i.profils, i.version"""
_PEOPLE = f"SELECT {COLUMNS} FROM intervenant i"
# The numbers by a sub-select: told how many they are, PostgreSQL would plan it anew each time (60 µs instead of 20).
_PERSONNES = f"""
SELECT {COLUMNS}, ARRAY(SELECT ARRAY[x.debut, x.fin] FROM indisponibilite x
                        WHERE x.numero = i.numero ORDER BY x.debut) AS absences
FROM intervenant i WHERE numero = ANY((SELECT $1::text[])::text[])
"""
# Not `academie = `: PostgreSQL would read all its people by index, beside the few of the établissement (3 ms).
_OF_DISCIPLINE = f"""{_PEOPLE}
WHERE actif AND academie || '' = $3 AND (uai = $1 OR uais_secondaires @> ARRAY[$1::text]) AND disciplines && $2::text[]
ORDER BY cle, numero
"""
# Words bear what people are sorted by: an index alone says whom to show, and only these are read.
_BY_NAME = f"""WITH trouve AS MATERIALIZED (SELECT DISTINCT numero, cle FROM ({{named}}) AS nom)
SELECT {COLUMNS}, (SELECT count(*) FROM trouve) AS total
FROM (SELECT numero FROM trouve ORDER BY cle, numero LIMIT {{limit}}) premiers
JOIN intervenant i USING (numero) ORDER BY i.cle, i.numero"""
_WORD = "SELECT {columns} FROM intervenant_mot WHERE mot LIKE ${number} AND {place}"
# Not LIKE: the words to begin with are a column, of which PostgreSQL makes no range by itself.
_NEAR = """
SELECT t.mot, true AS begun FROM unnest($1::text[]) AS t (mot)
WHERE EXISTS (SELECT FROM intervenant_mot m WHERE {place} AND m.mot ~>=~ t.mot AND m.mot ~<~ (t.mot || chr(1114111)))
UNION ALL SELECT DISTINCT mot, false FROM intervenant_mot WHERE {place} AND mot = ANY($2::text[]) ORDER BY mot
"""
_CONVOCATIONS = """
SELECT numero, count(*) AS convocations FROM convocation
WHERE numero = ANY($1::text[]) AND status = 'ACTIVE' GROUP BY numero
"""
_LISTE = f"""
SELECT {COLUMNS}, trouve.total FROM (
    SELECT numero, count(*) OVER () AS total FROM intervenant i
    WHERE ($1::text[] IS NULL OR i.academie = ANY($1))
      AND ($2::text IS NULL OR i.uai = $2 OR i.uais_secondaires @> ARRAY[$2])
      AND ($3::text IS NULL OR i.disciplines @> ARRAY[$3]) AND ($4::boolean IS NULL OR i.actif = $4)
      AND {{named}}
    ORDER BY i.cle, i.numero LIMIT $5 OFFSET $6
) trouve JOIN intervenant i USING (numero) ORDER BY i.cle, i.numero
"""


class IntervenantRow(Row):
    """An entry of the directory, without the words it is found by."""

    id: UUID
    numero: str
    civilite: str
    nom: str
    prenom: str
    courriel: str
    uai: str
    uais_secondaires: list[str]
    disciplines: list[str]
    academie: str
    actif: bool
    stagiaire: bool
    profils: list[str]
    version: int


class IntervenantListe(IntervenantRow):
    """With the number of people found."""

    total: int


class PersonneRow(IntervenantRow):
    """With the periods in which somebody is not available: first and last day of each."""

    absences: list[list[date]]


class AcademieRow(Row):
    """The académie that somebody belongs to."""

    numero: str
    academie: str


class MotRow(Row):
    """A word of a name, folded; `begun`: one that was typed, and that a word of somebody begins with."""

    mot: str
    begun: bool


class ConvocationsRow(Row):
    """How many active convocations somebody has."""

    numero: str
    convocations: int


async def imports_a_confirmer(connection: Connection, academies: Sequence[str]) -> int:
    """How many files of these académies were checked, and wait for somebody to apply them."""
    query = "SELECT count(*) FROM import_annuaire WHERE etat = 'VERIFIE' AND academie = ANY($1::text[])"
    return int(await connection.fetchval(query, list(academies)))


async def get(connection: Connection, numeros: Sequence[str], *, lock: bool = False) -> dict[str, Intervenant]:
    """Those of `numeros` that the directory has; `lock`: as they stay until the end, so that no merge comes between."""
    if not numeros:
        return {}
    query = f"{_PERSONNES} ORDER BY numero FOR KEY SHARE" if lock else _PERSONNES
    rows = await connection.fetch(query, numeros, record_class=PersonneRow)
    return {row.numero: _intervenant(row, [Indisponibilite(*absence) for absence in row.absences]) for row in rows}


async def by_id(connection: Connection, intervenant_id: UUID) -> Intervenant | None:
    """The person of an address, or None."""
    query = "SELECT numero FROM intervenant WHERE id = $1"
    numero: str | None = await connection.fetchval(query, intervenant_id)
    return (await get(connection, [numero])).get(numero) if numero else None


async def numeros_of(connection: Connection, courriel: str) -> list[str]:
    """Numbers of the active people who have this address (in lower case)."""
    query = "SELECT numero, academie FROM intervenant WHERE actif AND lower(courriel) = $1 ORDER BY numero"
    return [row.numero for row in await connection.fetch(query, courriel, record_class=AcademieRow)]


async def twin_of(connection: Connection, person: Intervenant) -> str | None:
    """The number of somebody active with the same name, address and établissement."""
    query = """SELECT numero FROM intervenant
               WHERE actif AND lower(courriel) = lower($1) AND (academie, cle, uai) = ($2, $3, $4) AND numero <> $5
               ORDER BY numero LIMIT 1"""
    name = cle(f"{person.nom} {person.prenom}")
    found: str | None = await connection.fetchval(
        query, person.courriel, person.academie, name, person.uai, person.numero
    )
    return found


async def with_twins(connection: Connection, numeros: Sequence[str]) -> list[str]:
    """Those of `numeros` who are active and have such a twin."""
    query = """SELECT numero, academie FROM intervenant i
               WHERE actif AND numero = ANY($1::text[]) AND EXISTS (
                   SELECT FROM intervenant o
                   WHERE o.actif AND lower(o.courriel) = lower(i.courriel) AND o.numero <> i.numero
                     AND (o.academie, o.cle, o.uai) = (i.academie, i.cle, i.uai)) ORDER BY numero"""
    return [row.numero for row in await connection.fetch(query, numeros, record_class=AcademieRow)]


async def academies(connection: Connection, numeros: Sequence[str]) -> dict[str, str]:
    """The académie of each known number, its row locked."""
    query = "SELECT numero, academie FROM intervenant WHERE numero = ANY($1::text[]) ORDER BY numero FOR UPDATE"
    rows = await connection.fetch(query, numeros, record_class=AcademieRow)
    return {row.numero: row.academie for row in rows}


async def of_discipline(
    connection: Connection, uai: str, academie: str, disciplines: Sequence[str]
) -> list[Intervenant]:
    """R28: the établissement's own people, main or secondary post, in these disciplines, as its académie keeps them."""
    rows = await connection.fetch(_OF_DISCIPLINE, uai, disciplines, academie, record_class=IntervenantRow)
    return [_intervenant(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Trouves:
    """The first of the people found, of `total`; `rapproche`: with a letter of the name forgiven."""

    personnes: list[Intervenant] = field(default_factory=list)
    total: int = 0
    rapproche: bool = False


async def search(connection: Connection, academie: str, texte: str, *, limit: int) -> Trouves:
    """R35: by name in the académie; where nobody is found, with one letter of each word forgiven.

    One letter alone finds nobody; two do, also where an apostrophe parts them (« d'a »).
    """
    typed = mots(texte)
    if sum(map(len, typed)) < _FEWEST_LETTERS:
        return Trouves()
    found = await by_name(connection, academie, typed, limit=limit)
    if found.personnes:
        return found
    near = await _near(connection, typed, "academie = $3", academie)
    return replace(await by_name(connection, academie, near, limit=limit), rapproche=True) if near else Trouves()


async def _near(connection: Connection, typed: Sequence[str], place: str, *places: object) -> list[str]:
    """For each typed word one that is there, a letter away at most; empty where one has none."""
    wanted = sorted(set().union(*map(voisins, typed)))
    rows = await connection.fetch(_NEAR.format(place=place), typed, wanted, *places, record_class=MotRow)
    return mots_proches(typed, {row.mot for row in rows if row.begun}, [row.mot for row in rows if not row.begun])


async def by_name(connection: Connection, academie: str, words: Sequence[str], *, limit: int) -> Trouves:
    """People of the académie who have, for each (folded) word, a word that begins so."""
    if not words:
        return Trouves()
    by_words, prefixes = named(words, 2, "academie = $1 AND actif", columns="numero, cle")
    query = _BY_NAME.format(named=by_words, limit=limit)
    return trouves(await connection.fetch(query, academie, *prefixes, record_class=IntervenantListe))


def trouves(rows: Sequence[IntervenantListe]) -> Trouves:
    """As rows bear them, with their total."""
    return Trouves([_intervenant(row) for row in rows], rows[0].total if rows else 0)


def named(words: Sequence[str], first: int, place: str, *, columns: str = "numero") -> tuple[str, list[str]]:
    """The numbers of people who have all these words, or them as one, by index; and the arguments, from `first` on.

    Whoever types « de la tour » finds DELATOUR too, whoever types « delatour » DE LA TOUR (`formes`).
    """
    # Not EXISTS for the other words: the planner may begin with the nation’s « CHL », which took 290 ms instead of 3.
    numbers = range(first, first + len(words))
    every = " INTERSECT ".join(_WORD.format(columns=columns, number=number, place=place) for number in numbers)
    if len(words) == 1:
        return every, [f"{words[0]}%"]
    as_one = _WORD.format(columns=columns, number=first + len(words), place=place)
    return f"({every}) UNION {as_one}", [f"{mot}%" for mot in (*words, "".join(words))]


def _intervenant(row: IntervenantRow, indisponibilites: Sequence[Indisponibilite] = ()) -> Intervenant:
    return Intervenant(
        numero=row.numero,
        civilite=row.civilite,
        nom=row.nom,
        prenom=row.prenom,
        courriel=row.courriel,
        uai=row.uai,
        uais_secondaires=tuple(row.uais_secondaires),
        disciplines=tuple(row.disciplines),
        academie=row.academie,
        actif=row.actif,
        stagiaire=row.stagiaire,
        profils=tuple(row.profils),
        indisponibilites=tuple(indisponibilites),
        version=row.version,
        id=row.id,
    )


async def convocations_actives(connection: Connection, numeros: Sequence[str]) -> dict[str, int]:
    """How many active convocations each has; nobody who has none."""
    rows = await connection.fetch(_CONVOCATIONS, numeros, record_class=ConvocationsRow)
    return {row.numero: row.convocations for row in rows}


@dataclass(frozen=True, slots=True)
class FiltreAnnuaire:
    """None is no restriction; `page` from 1, of `taille` people."""

    academies: Sequence[str] | None
    nom: str = ""
    uai: str | None = None
    discipline: str | None = None
    actif: bool | None = None
    page: int = 1
    taille: int = 50


async def liste_intervenants(connection: Connection, filtre: FiltreAnnuaire) -> tuple[list[IntervenantListe], bool]:
    """A page of people with `total`, and whether a letter of the name was forgiven (R35)."""
    typed = mots(filtre.nom)
    rows = await _page_of(connection, filtre, typed)
    if rows or not typed or (filtre.page > 1 and await _page_of(connection, replace(filtre, page=1), typed)):
        return rows, False
    place, places = ("true", []) if filtre.academies is None else ("academie = ANY($3)", [filtre.academies])
    near = await _near(connection, typed, place, *places)
    found = await _page_of(connection, filtre, near) if near else []
    return found, bool(found)


async def _page_of(connection: Connection, filtre: FiltreAnnuaire, words: Sequence[str]) -> list[IntervenantListe]:
    place = "true" if filtre.academies is None else "academie = ANY($1)"
    by_words, prefixes = named(words, 7, place) if words else ("", [])
    return await connection.fetch(
        _LISTE.format(named=f"i.numero = ANY(ARRAY({by_words}))" if words else "true"),
        filtre.academies,
        filtre.uai,
        filtre.discipline,
        filtre.actif,
        filtre.taille,
        (filtre.page - 1) * filtre.taille,
        *prefixes,
        record_class=IntervenantListe,
    )
