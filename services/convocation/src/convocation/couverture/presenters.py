"""The coverage as the page, the exports and the API tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chassis.database import Connection
from convocation.couverture import sql
from convocation.couverture.domain import LIBELLES_REGROUPEMENTS, Regroupement
from convocation.couverture.sql import SOMMES, FiltreCouverture, Groupe, MissionCouverte
from convocation.listes.domain import LIBELLES_MANQUES, Manque
from convocation.missions.domain import LIBELLES_TYPE, LIBELLES_VOIE, MissionType
from event_schemas import departements
from event_schemas.academies import NOMS


@dataclass(frozen=True, slots=True)
class Couverture:
    """One page of groups or missions; `sommes` are of all of them, a count of missions a name."""

    par: Regroupement
    filtre: FiltreCouverture
    lignes: list[dict[str, Any]]
    nombre: int
    sommes: dict[str, int]


async def read_couverture(
    connection: Connection, par: Regroupement, filtre: FiltreCouverture, *, lot: int
) -> Couverture:
    """A page beyond the last has no rows and no sums; `lot`: the copies a person corrects."""
    rows: Sequence[Groupe] | Sequence[MissionCouverte]
    if par is Regroupement.MISSION:
        rows = missions = await sql.missions(connection, filtre, lot=lot)
        lignes = [_mission(row) for row in missions]
    else:
        rows = groupes = await sql.groupes(connection, par, filtre, lot=lot)
        lignes = [{"cle": row.cle, "nom": _nom(par, row), **row.comptes} for row in groupes]
    first = rows[0] if rows else None
    sommes = dict(zip(SOMMES, first.somme if first else [0] * len(SOMMES), strict=True))
    return Couverture(par, filtre, lignes, first.nombre if first else 0, sommes)


def _nom(par: Regroupement, row: Groupe) -> str:
    nom = row.nom or ""
    if par is Regroupement.ACADEMIE:
        return NOMS.get(row.cle, row.cle)
    if par is Regroupement.DEPARTEMENT:
        return departements.nom(row.cle)
    if par is Regroupement.EPREUVE:
        voie = row.cle.partition(".")[0]
        return f"{nom} – {LIBELLES_VOIE.get(voie, voie)}"
    return nom


def _mission(row: MissionCouverte) -> dict[str, Any]:
    return {
        "mission_id": str(row.mission_id),
        "session": row.session,
        "uai": row.uai,
        "academie": row.academie,
        "voie": row.voie,
        "code": row.code,
        "libelle": row.libelle,
        "type": row.type,
        "candidats": row.candidats,
        "convoques": row.convoques,
        "departement": row.departement,
        "correcteurs": row.correcteurs,
        "pourvus": row.pourvus,
        "besoin": row.besoin,
        "type_libelle": LIBELLES_TYPE[MissionType(row.type)],
        "voie_libelle": LIBELLES_VOIE.get(row.voie, row.voie),
        "etablissement": f"{row.etablissement_nom}, {row.etablissement_commune}",
        "manques": [one.value for one in row.manques],
        "profils_manquants": row.profils_manquants,
    }


def table(one: Couverture) -> tuple[list[str], list[list[str | int]]]:
    """The same rows for a spreadsheet: French headers, and cells that are texts or numbers."""
    gaps = [LIBELLES_MANQUES[gap] for gap in Manque]
    if one.par is Regroupement.MISSION:
        headers = [
            "Mission",
            "Session",
            "UAI",
            "Établissement",
            "Académie",
            "Épreuve",
            "Code",
            "Voie",
            "Type de mission",
        ]
        headers += ["Candidats", "Convoqués", "Correcteurs", "Pourvus", "Besoin estimé", "Profils manquants", *gaps]
        return headers, [_cells(line) for line in one.lignes]
    headers = ["Code", LIBELLES_REGROUPEMENTS[one.par], "Missions", "Missions à reprendre", *gaps]
    names = ("cle", "nom", *SOMMES)
    return headers, [[line[name] for name in names] for line in one.lignes]


def _cells(line: dict[str, Any]) -> list[str | int]:
    names = ("mission_id", "session", "uai", "etablissement", "academie", "libelle", "code", "voie_libelle")
    counts = ("candidats", "convoques", "correcteurs", "pourvus", "besoin")
    return [
        *(line[name] for name in (*names, "type_libelle", *counts)),
        ", ".join(line["profils_manquants"]),
        *("oui" if gap in line["manques"] else "" for gap in Manque),
    ]
