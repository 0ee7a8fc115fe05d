"""A convocation as a line of the table that a rectorat takes out."""

from collections.abc import Collection

from convocation.convocations.presenters import qualite_libelle
from convocation.convocations.reads import LigneConvocation
from convocation.missions.domain import LIBELLES_VOIE
from event_schemas.academies import NOMS, local_time

COLONNES = (
    "Session",
    "Académie",
    "UAI",
    "Établissement",
    "Commune",
    "Mission",
    "Voie",
    "Numéro",
    "Civilité",
    "Nom",
    "Prénom",
    "Établissement de la personne",
    "Qualité",
    "Dates",
    "État",
    "Version",
    "Lue le",
    "Signature renseignée",
    "Accès à SANTORIN",
    "Mail",
)


def cellules(row: LigneConvocation, signees: Collection[str]) -> list[str | int]:
    """`signees`: the établissements that have a signature."""
    lue = local_time(row.academie, row.lue_le) if row.lue_le else None
    suivi = row.suivi
    return [
        row.session,
        NOMS.get(row.academie, row.academie),
        row.uai,
        row.etablissement_nom,
        row.etablissement_commune,
        row.libelle,
        LIBELLES_VOIE.get(row.voie, row.voie),
        row.numero,
        row.civilite,
        row.nom,
        row.prenom,
        row.intervenant_uai,
        qualite_libelle(row) or "Numérisation",
        ", ".join(f"{day:%d/%m/%Y}" for day in row.dates),
        "Convoquée" if row.active else "Annulée",
        row.version,
        f"{lue:%d/%m/%Y %H:%M}" if lue else "",
        "Oui" if row.uai in signees else "Non",
        suivi.acces.value,
        suivi.courriel.value,
    ]
