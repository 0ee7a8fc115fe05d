"""Convocations as the lines of a table, the names of a ZIP, and attendance lists."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from convocation.commun.recherche import cle
from convocation.convocations.presenters import qualite_libelle
from convocation.convocations.reads import LigneConvocation
from convocation.documents.domain import Cle
from convocation.missions.domain import LIBELLES_VOIE, MissionType, intitule
from convocation.papiers.domain import Emargeant, Feuille, nom_de_fichier, sans_doublon
from event_schemas.academies import NOMS, local_time

COLONNES = (
    "Mission",
    "Voie",
    "Nom",
    "Prénom",
    "Numéro",
    "Qualité",
    "Dates",
    "Observation",
    "État",
    "Lu le",
)


def cellules(row: LigneConvocation) -> list[str]:
    """A convocation as a line of the table."""
    lue = local_time(row.academie, row.lue_le) if row.lue_le else None
    return [
        row.libelle,
        LIBELLES_VOIE.get(row.voie, row.voie),
        row.nom,
        row.prenom,
        row.numero,
        _qualite(row),
        ", ".join(f"{day:%d/%m/%Y}" for day in row.dates),
        row.observation,
        "Convoqué" if row.active else "Annulée",
        f"{lue:%d/%m/%Y %H:%M}" if lue else "",
    ]


def _qualite(row: LigneConvocation) -> str:
    return qualite_libelle(row) or "Numérisation"


def zip_bytes(rows: Sequence[LigneConvocation], documents: Mapping[Cle, bytes], now: datetime) -> bytes:
    """The document of each row under its name. PDF are packed already: they are stored as they are."""
    names = sans_doublon(
        nom_de_fichier(cle(row.nom), cle(row.prenom), cle(intitule(row.libelle, row.voie))) for row in rows
    )
    file, moment = io.BytesIO(), now.timetuple()[:6]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        for row, name in zip(rows, names, strict=True):
            packed.writestr(zipfile.ZipInfo(f"{name}.pdf", moment), documents[row.convocation_id, row.version])
    return file.getvalue()


def feuilles(rows: Sequence[LigneConvocation], places: Mapping[str, str]) -> Iterator[Feuille]:
    """A mission and a day a sheet, in the order of the rows; `places`: names of établissements by UAI."""
    for _, some in groupby(rows, key=lambda row: row.mission_id):
        of_mission = [row for row in some if row.active]
        for day in sorted({day for row in of_mission for day in row.dates}):
            first = of_mission[0]
            yield Feuille(
                etablissement=f"{first.etablissement_nom}, {first.etablissement_commune}",
                uai=first.uai,
                academie=NOMS.get(first.academie, ""),
                session=first.session,
                mission=_mission(first),
                jour=day,
                personnes=[_emargeant(row, places) for row in of_mission if day in row.dates],
            )


def _mission(row: LigneConvocation) -> str:
    """With its voie; a numérisation is of all voies."""
    if row.type == MissionType.NUMERISATION:
        return row.libelle
    return f"{row.libelle} – voie {LIBELLES_VOIE.get(row.voie, row.voie).lower()}"


def _emargeant(row: LigneConvocation, places: Mapping[str, str]) -> Emargeant:
    known = places.get(row.intervenant_uai)
    origin = f"{known} ({row.intervenant_uai})" if known else row.intervenant_uai
    return Emargeant(f"{row.nom} {row.prenom}", _qualite(row), origin)
