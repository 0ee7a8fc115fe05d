"""What the page, the exports and the API of the coverage share: who sees what, and rows as they are told."""

from dataclasses import dataclass
from typing import Any

from acces.acteur import Acteur
from acces.policy import Scope
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.listes import couverture_sql as couverture
from convocation.listes.couverture_sql import Filtre
from convocation.listes.domain import LIBELLES_MANQUES, LIBELLES_REGROUPEMENTS, Manque, Regroupement
from convocation.missions import reads as places
from convocation.missions.domain import LIBELLES_TYPE, LIBELLES_VOIE, MissionType
from event_schemas.academies import NOMS


@dataclass(frozen=True, slots=True)
class Couverture:
    """One page of groups or missions; `sommes` are of all of them, a count of missions a name."""

    par: Regroupement
    filtre: Filtre
    lignes: list[Any]
    nombre: int
    sommes: dict[str, int]


def regroupements(acteur: Acteur) -> list[Regroupement]:
    """What one may group by: who sees one académie or établissement has nothing to compare above it."""
    scope = POLICY.scope(acteur, "couverture.lire")
    above = {Scope.TOUT: 0, Scope.ACADEMIE: 1 if len(acteur.academies) < 2 else 0, Scope.ETABLISSEMENT: 2}
    return list(Regroupement)[above.get(scope, 0) :]


def filtre_of(acteur: Acteur, **asked: Any) -> Filtre:
    """What is asked for, within what the acteur sees. Raises Forbidden for an académie that is not one's own."""
    scope = POLICY.scope(acteur, "couverture.lire")
    if scope is Scope.ACADEMIE and asked["academie"]:
        POLICY.authorise(acteur, "couverture.lire", academie=asked["academie"])
    return Filtre(
        uais=sorted(acteur.uais) if scope is Scope.ETABLISSEMENT else None,
        academies=sorted(acteur.academies) if scope is Scope.ACADEMIE else None,
        **asked,
    )


async def session_of(connection: Connection, asked: str | None) -> str | None:
    """The session asked for, else the latest there is."""
    return asked or next(iter(await places.sessions(connection)), None)


async def lire(connection: Connection, par: Regroupement, filtre: Filtre, *, lot: int) -> Couverture:
    """Read the figures; a page beyond the last has no rows and no sums."""
    if par is Regroupement.MISSION:
        rows = await couverture.missions(connection, filtre, lot=lot)
    else:
        rows = await couverture.groupes(connection, par, filtre, lot=lot)
    first = rows[0] if rows else {}
    sommes = {name: int(first[f"somme_{name}"]) if rows else 0 for name in ("total", "en_defaut", *Manque)}
    tell = _mission if par is Regroupement.MISSION else lambda row: _groupe(par, row)
    return Couverture(par, filtre, [tell(row) for row in rows], int(first["nombre"]) if rows else 0, sommes)


def _groupe(par: Regroupement, row: Any) -> dict[str, Any]:
    counts = {name: int(row[name]) for name in ("total", "en_defaut", *Manque)}
    return {"cle": row["cle"], "nom": _nom(par, row), **counts}


def _nom(par: Regroupement, row: Any) -> str:
    if par is Regroupement.ACADEMIE:
        return str(NOMS.get(row["cle"], row["cle"]))
    if par is Regroupement.DEPARTEMENT:
        return f"{row['cle']} – {NOMS.get(row['nom'], row['nom'])}"
    if par is Regroupement.EPREUVE:
        voie = row["cle"].partition(".")[0]
        return f"{row['nom']} – {LIBELLES_VOIE.get(voie, voie)}"
    return str(row["nom"])


def _mission(row: Any) -> dict[str, Any]:
    kept = ("session", "uai", "academie", "voie", "code", "libelle", "type", "candidats", "convoques")
    return {
        "mission_id": str(row["mission_id"]),
        **{name: row[name] for name in (*kept, "departement", "correcteurs", "besoin")},
        "type_libelle": LIBELLES_TYPE[MissionType(row["type"])],
        "voie_libelle": LIBELLES_VOIE.get(row["voie"], row["voie"]),
        "etablissement": f"{row['etablissement_nom']}, {row['etablissement_commune']}",
        "manques": [one.value for one in Manque if row[one]],
        "profils_manquants": row["profils_manquants"] if row[Manque.PROFIL_MANQUANT] else [],
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
        headers += ["Candidats", "Convoqués", "Correcteurs", "Besoin estimé", "Profils manquants", *gaps]
        return headers, [_cells(line) for line in one.lignes]
    headers = ["Code", LIBELLES_REGROUPEMENTS[one.par], "Missions", "Missions à reprendre", *gaps]
    names = ("cle", "nom", "total", "en_defaut", *Manque)
    return headers, [[line[name] for name in names] for line in one.lignes]


def _cells(line: dict[str, Any]) -> list[str | int]:
    names = ("mission_id", "session", "uai", "etablissement", "academie", "libelle", "code", "voie_libelle")
    counts = ("candidats", "convoques", "correcteurs", "besoin")
    return [
        *(line[name] for name in (*names, "type_libelle", *counts)),
        ", ".join(line["profils_manquants"]),
        *("oui" if gap in line["manques"] else "" for gap in Manque),
    ]
