"""What is shown of accounts: who has what since when, and when they were last seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.commun.recherche import mots

COMPTE = "c.compte, c.emetteur, c.nom, c.courriel, c.donnees, c.premiere_le, c.vue_le, c.desactive_le, c.desactive_par"
ATTRIBUTION = """
a.attribution_id, a.nom, a.courriel, a.compte, a.role, a.academies, a.fin, a.le, a.par_nom, a.retiree_le, a.retiree_par
"""
_EN_COURS = "a.retiree_le IS NULL AND (a.fin IS NULL OR a.fin >= {jour})"
# Who has a right of the rectorat, from here or from the ministry: by index, where one condition would read everybody.
_RECTORAT = f"""
c.compte IN (SELECT compte FROM compte
             WHERE donnees @> ANY (ARRAY['[{{"role": "gestionnaire"}}]', '[{{"role": "administrateur"}}]']::jsonb[])
             UNION SELECT a.compte FROM attribution a WHERE {_EN_COURS.format(jour="$2")})
"""
_CHERCHES = "' ' || c.cle LIKE ALL ($1)"
_PERSONNES = f"""
SELECT *, count(*) OVER () AS total FROM (
    SELECT c.compte, c.nom, c.courriel, c.donnees, c.vue_le, c.desactive_le FROM compte c WHERE {{qui}}
    UNION ALL
    SELECT DISTINCT ON (a.courriel) NULL, a.nom, a.courriel, '[]'::jsonb, NULL::timestamptz, NULL::timestamptz
    FROM attribution a
    WHERE a.compte IS NULL AND {_EN_COURS.format(jour="$2")} AND ' ' || a.cle LIKE ALL ($1::text[])
) AS p
ORDER BY p.nom, p.courriel, p.compte LIMIT $3 OFFSET $4
"""
_OF_PERSONNES = f"""
SELECT {ATTRIBUTION} FROM attribution a
WHERE (a.compte = ANY($1::text[]) OR (a.compte IS NULL AND a.courriel = ANY($2::text[])))
  AND ($3::date IS NULL OR {_EN_COURS.format(jour="$3")})
ORDER BY a.le DESC, a.attribution_id
"""
_DU_JOUR = f"""
SELECT {ATTRIBUTION} FROM attribution a WHERE a.compte = $1 AND {_EN_COURS.format(jour="$2")} ORDER BY a.le
"""


# Rights given here and rights of the ministry's word at the last sign-in.
_ACADEMIES_GEREES = f"""
SELECT DISTINCT code FROM attribution a LEFT JOIN compte c USING (compte), unnest(a.academies) AS code
WHERE a.role = 'gestionnaire' AND {_EN_COURS.format(jour="$1")} AND c.desactive_le IS NULL
UNION
SELECT jsonb_array_elements_text(f -> 'academies') FROM compte c, jsonb_array_elements(c.donnees) AS f
WHERE c.donnees @> '[{{"role": "gestionnaire"}}]' AND c.desactive_le IS NULL AND f ->> 'role' = 'gestionnaire'
"""


class CodeRow(Row):
    """An académie."""

    code: str


class Personne(Row):
    """A line of the list; `compte` None: an address that nobody has signed in with since a right was given to it."""

    compte: str | None
    nom: str
    courriel: str
    donnees: str
    vue_le: datetime | None
    desactive_le: datetime | None
    total: int


class Compte(Row):
    """An account. `donnees`: the functions that its provider's word gave at the last sign-in, as JSON."""

    compte: str
    emetteur: str
    nom: str
    courriel: str
    donnees: str
    premiere_le: datetime
    vue_le: datetime
    desactive_le: datetime | None
    desactive_par: str | None


class Attribution(Row):
    """A right given here. `retiree_par`: a name."""

    attribution_id: UUID
    nom: str
    courriel: str
    compte: str | None
    role: str
    academies: list[str]
    fin: date | None
    le: datetime
    par_nom: str
    retiree_le: datetime | None
    retiree_par: str | None


@dataclass(frozen=True, slots=True)
class FiltreComptes:
    """`texte`: words of name or address; without any, those who have a right of the rectorat on `jour`."""

    texte: str
    jour: date
    page: int = 1
    taille: int = 50


async def personnes(connection: Connection, filtre: FiltreComptes) -> list[Personne]:
    """A page of people, and of addresses that nobody has signed in with yet."""
    patterns = [f"% {mot}%" for mot in mots(filtre.texte)]
    offset = (filtre.page - 1) * filtre.taille
    query = _PERSONNES.format(qui=_CHERCHES if patterns else _RECTORAT)
    return await connection.fetch(query, patterns, filtre.jour, filtre.taille, offset, record_class=Personne)


async def compte(connection: Connection, compte_id: str) -> Compte | None:
    return await connection.fetchrow(f"SELECT {COMPTE} FROM compte c WHERE compte = $1", compte_id, record_class=Compte)


async def attribution(connection: Connection, attribution_id: UUID) -> Attribution | None:
    query = f"SELECT {ATTRIBUTION} FROM attribution a WHERE attribution_id = $1"
    return await connection.fetchrow(query, attribution_id, record_class=Attribution)


async def attributions(
    connection: Connection, comptes: Sequence[str], courriels: Sequence[str], jour: date | None
) -> list[Attribution]:
    """Those of these accounts and of these addresses, the latest first. `jour`: in force then; None: all ever given."""
    return await connection.fetch(_OF_PERSONNES, comptes, courriels, jour, record_class=Attribution)


async def du_jour(connection: Connection, compte_id: str, jour: date) -> list[Attribution]:
    """Those by which the account acts on this day."""
    return await connection.fetch(_DU_JOUR, compte_id, jour, record_class=Attribution)


async def academies_gerees(connection: Connection, jour: date) -> set[str]:
    """Those that have a gestionnaire on this day."""
    return {row.code for row in await connection.fetch(_ACADEMIES_GEREES, jour, record_class=CodeRow)}
