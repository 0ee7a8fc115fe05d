"""The form of one person of the directory, as it was typed, and the sentences for what is wrong in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel
from starlette.datastructures import FormData

from convocation.annuaire.domain import Intervenant
from pages.forms import Location, faults, field_of, text, texts, version_of

_PHRASES = {
    "numero": "Renseignez le numéro : lettres sans accent et chiffres, 32 au plus.",
    "civilite": "Choisissez la civilité.",
    "nom": "Renseignez le nom, en 100 caractères au plus.",
    "prenom": "Renseignez le prénom, en 100 caractères au plus.",
    "courriel": "Renseignez le courriel, par exemple prenom.nom@ac-exemple.fr.",
    "uai": "Renseignez l’UAI : sept chiffres et la bonne lettre de contrôle.",
    "uais_secondaires": "Séparez les UAI par une espace, dix au plus : sept chiffres et la bonne lettre de contrôle.",
    "disciplines": "Cochez dix disciplines au plus, de la liste.",
    "profils": "Cochez dix profils au plus.",
    "indisponibilites": "Donnez à chaque période son premier et son dernier jour, dans l’ordre.",
    "": "Deux périodes commencent le même jour : n’en gardez qu’une.",
}
CIVILITES = [("Mme", "Mme"), ("M.", "M.")]
_MAX_TEXT, _MAX_LIST = 300, 40


@dataclass(slots=True)
class Fiche:
    """`periodes`: first and last day of each, without those left empty; `action`: the button pressed.

    `jumelle`: the number of who has the same name, and was seen to be another person.
    """

    numero: str = ""
    civilite: str = ""
    nom: str = ""
    prenom: str = ""
    courriel: str = ""
    uai: str = ""
    uais_secondaires: str = ""
    disciplines: list[str] = field(default_factory=list)
    profils: list[str] = field(default_factory=list)
    stagiaire: bool = False
    periodes: list[tuple[str, str]] = field(default_factory=list)
    version: int = 0
    academie: str = ""
    action: str = ""
    jumelle: str = ""

    def corps(self) -> dict[str, object]:
        """The body that the API would take."""
        names = ("civilite", "nom", "prenom", "courriel", "disciplines", "profils", "stagiaire")
        return {name: getattr(self, name) for name in names} | {
            "uai": self.uai.upper(),
            "uais_secondaires": [one for one in re.split(r"[\s,;]+", self.uais_secondaires.upper()) if one],
            "indisponibilites": [{"debut": debut, "fin": fin} for debut, fin in self.periodes],
        }


def fiche_de(person: Intervenant) -> Fiche:
    """The form of somebody as she is."""
    return Fiche(
        numero=person.numero,
        civilite=person.civilite,
        nom=person.nom,
        prenom=person.prenom,
        courriel=person.courriel,
        uai=person.uai,
        uais_secondaires=" ".join(person.uais_secondaires),
        disciplines=list(person.disciplines),
        profils=list(person.profils),
        stagiaire=person.stagiaire,
        periodes=[(one.debut.isoformat(), one.fin.isoformat()) for one in person.indisponibilites],
        version=person.version,
        academie=person.academie,
    )


def lire_fiche(form: FormData) -> Fiche:
    """Texts of the form, cut where they are far too long."""
    names = (
        "numero",
        "civilite",
        "nom",
        "prenom",
        "courriel",
        "uai",
        "uais_secondaires",
        "academie",
        "action",
        "jumelle",
    )
    typed = {name: text(form, name)[:_MAX_TEXT] for name in names}
    periodes = zip(texts(form, "debut")[:_MAX_LIST], texts(form, "fin")[:_MAX_LIST], strict=False)
    return Fiche(
        **typed,
        disciplines=texts(form, "disciplines")[:_MAX_LIST],
        profils=texts(form, "profils")[:_MAX_LIST],
        stagiaire=text(form, "stagiaire") == "oui",
        periodes=[one for one in periodes if any(one)],
        version=version_of(form),
    )


def fautes(model: type[BaseModel], corps: Mapping[str, object]) -> list[dict[str, str]]:
    """What the model refuses, each with the id of its field: periods are numbered from 1."""
    return faults(model, corps, _PHRASES, _id_of)


def _id_of(location: Location) -> str:
    if not location:
        return "debut-1"
    if location[0] == "indisponibilites":
        return f"debut-{int(location[1]) + 1}" if len(location) > 1 else "debut-1"
    return field_of(location)
