"""Two entries side by side, in words."""

from typing import TypedDict

from convocation.annuaire.domain import Intervenant
from convocation.doublons.reads import Doublon

MOTIFS = {
    "nom": "Même nom et même prénom",
    "proche": "Noms à une lettre ou un prénom près",
    "courriel": "Même courriel",
    "identifiant": "Même début de courriel",
    "etablissement": "Même établissement",
    "discipline": "Même discipline",
    "seules": "Nom que personne d’autre ne porte dans l’académie",
}
_CHAMPS = (
    ("civilite", "Civilité"),
    ("nom", "Nom"),
    ("prenom", "Prénom"),
    ("courriel", "Courriel"),
    ("uai", "Établissement principal"),
    ("uais_secondaires", "Autres établissements"),
    ("disciplines", "Disciplines"),
    ("profils", "Profils"),
    ("stagiaire", "Stagiaire"),
)


class LigneComparee(TypedDict):
    """One field of the two: its name, what each has, whether they differ."""

    libelle: str
    valeurs: list[str]
    differe: bool


def lignes(doublon: Doublon, libelles: dict[str, str]) -> list[LigneComparee]:
    """A line for each field; `libelles`: the disciplines, by code."""
    people = [face.personne for face in doublon.faces]
    return [
        {
            "libelle": label,
            "valeurs": [_dit(one, name, libelles) for one in people],
            "differe": name in doublon.differents,
        }
        for name, label in _CHAMPS
    ]


def _dit(person: Intervenant, name: str, libelles: dict[str, str]) -> str:
    value = getattr(person, name)
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, tuple):
        return ", ".join(str(libelles.get(one, one)) for one in value)
    return str(value)
