"""Coverage of the missions (R18, R24, R47, R54): what each lacks, counted by groups or listed.

An event applied is in the next answer. A mission without candidats is covered only
where something is to be done about it, as about people who are convoked on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.database import Connection, Row
from convocation.commun.recherche import mots
from convocation.couverture.domain import Regroupement
from convocation.listes.domain import Manque
from convocation.listes.reads import LACKS, Arguments, EtatMission, etats

SOMMES = ("total", "en_defaut", *Manque)
"""What is counted of a group of missions, and of all."""
_CLES = {
    Regroupement.ACADEMIE: ("academie", "NULL::text"),
    Regroupement.DEPARTEMENT: ("departement", "min(academie)"),
    Regroupement.ETABLISSEMENT: ("uai", "min(etablissement_nom || ', ' || etablissement_commune)"),
    Regroupement.EPREUVE: ("voie || '.' || code", "min(libelle)"),
}
_COMPTES = ", ".join(f"count(*) FILTER (WHERE {name})::int AS {name}" for name in SOMMES)
_SOMME = ", ".join(f"(sum({name}) OVER ())::int" for name in SOMMES)
_SOMME_MISSIONS = ", ".join(f"count(*) FILTER (WHERE {name})::int" for name in SOMMES)
_COMBIEN = " + ".join(f"{name}::int" for name in Manque)
_PIRES = ", ".join(f"{name} DESC" for name in (Manque.SANS_CORRECTEUR, Manque.DEFICIT, Manque.SANS_CANDIDAT))


@dataclass(frozen=True, slots=True)
class FiltreCouverture:
    """What is asked for; None is no restriction. `uais` and `academies` are how far the acteur sees (access.within).

    `departement`: the first three digits of the UAI. `texte`: words of the établissement's UAI, name or commune.
    `taille` None: all of them.
    """

    uais: Sequence[str] | None = None
    academies: Sequence[str] | None = None
    session: str | None = None
    academie: str | None = None
    departement: str | None = None
    code: str | None = None
    voie: str | None = None
    texte: str = ""
    manque: Manque | None = None
    page: int = 1
    taille: int | None = 50


class Groupe(Row):
    """Counts of missions; `nombre` of groups, `somme` of each count over all of them."""

    cle: str
    nom: str | None
    total: int
    en_defaut: int
    sans_correcteur: int
    a_pourvoir: int
    deficit: int
    profil_manquant: int
    refusee: int
    empechement: int
    mail_echoue: int
    sans_coordinateur: int
    sans_signature: int
    sans_candidat: int
    nombre: int
    somme: list[int]

    @property
    def comptes(self) -> dict[str, int]:
        return {name: self[name] for name in SOMMES}


class MissionCouverte(EtatMission):
    """`nombre` of missions, `somme` of each count over all of them."""

    departement: str
    total: bool
    en_defaut: bool
    nombre: int
    somme: list[int]


class Epreuve(Row):
    code: str
    voie: str
    libelle: str


async def groupes(connection: Connection, par: Regroupement, filtre: FiltreCouverture, *, lot: int) -> list[Groupe]:
    """Groups, those with the most missions that lack something first; `lot`: the copies a person corrects."""
    cle, nom = _CLES[par]
    arguments = Arguments()
    query = f"""
    WITH jugees AS ({await _jugees(connection, arguments, filtre, lot)}),
    groupes AS (SELECT {cle} AS cle, {nom} AS nom, {_COMPTES} FROM jugees GROUP BY 1)
    SELECT *, (count(*) OVER ())::int AS nombre, ARRAY[{_SOMME}] AS somme FROM groupes
    ORDER BY en_defaut DESC, {_PIRES}, cle
    {_page(arguments, filtre)}
    """
    return await connection.fetch(query, *arguments.values, record_class=Groupe)


async def missions(connection: Connection, filtre: FiltreCouverture, *, lot: int) -> list[MissionCouverte]:
    """Missions, those with the most gaps first; `lot`: the copies a person corrects."""
    arguments = Arguments()
    order = f"{_COMBIEN} DESC, {_PIRES}, uai, code, voie, session, mission_id"
    query = f"""
    WITH jugees AS NOT MATERIALIZED ({await _jugees(connection, arguments, filtre, lot)}),
    premieres AS (SELECT * FROM jugees ORDER BY {order} {_page(arguments, filtre)}),
    sommes AS (SELECT count(*)::int AS nombre, ARRAY[{_SOMME_MISSIONS}] AS somme FROM jugees)
    SELECT * FROM premieres CROSS JOIN sommes ORDER BY {order}
    """
    return await connection.fetch(query, *arguments.values, record_class=MissionCouverte)


async def epreuves(connection: Connection, filtre: FiltreCouverture) -> list[Epreuve]:
    """The épreuves that the acteur sees missions of in the session, by name."""
    query = """
    SELECT code, voie, min(libelle) AS libelle FROM mission
    WHERE ($1::text[] IS NULL OR uai = ANY($1)) AND ($2::text[] IS NULL OR academie = ANY($2))
      AND ($3::text IS NULL OR session = $3)
    GROUP BY code, voie ORDER BY 3, code, voie
    """
    return await connection.fetch(query, filtre.uais, filtre.academies, filtre.session, record_class=Epreuve)


async def _jugees(connection: Connection, arguments: Arguments, filtre: FiltreCouverture, lot: int) -> str:
    """The missions asked for, with what each lacks."""
    academies = filtre.academies
    if filtre.academie:
        academies = [filtre.academie]  # one of those that the acteur sees: access.within
    found = [f"(active OR {LACKS})"]
    for column, value in (("voie", filtre.voie), ("left(uai, 3)", filtre.departement)):
        if value:
            found.append(f"{column} = {arguments.place(value)}")
    if words := [f"%{word}%" for word in mots(filtre.texte)]:  # letters and digits only: nothing to escape
        found.append(f"substr(recherche, strpos(recherche, uai)) LIKE ALL ({arguments.place(words)}::text[])")
    if filtre.manque:
        found.append(filtre.manque)
    avec = await etats(connection, arguments, lot, filtre.uais, academies, filtre.session, filtre.code)
    return f"""
    {avec}
    SELECT *, left(uai, 3) AS departement, true AS total, {LACKS} AS en_defaut
    FROM etats WHERE {" AND ".join(found)}
    """


def _page(arguments: Arguments, filtre: FiltreCouverture) -> str:
    offset = (filtre.page - 1) * (filtre.taille or 0)
    return f"LIMIT {arguments.place(filtre.taille)} OFFSET {arguments.place(offset)}"
