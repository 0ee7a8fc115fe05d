"""The form of one person of the directory, as it was typed, and the sentences of what is wrong with it."""

import re
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData

from convocation.annuaire.domain import Intervenant
from convocation.commun.refus import Refus
from pages.forms import text, texts, whole_number

CIVILITES = [("Mme", "Mme"), ("M.", "M.")]
_MAX_TEXT, _MAX_LIST = 300, 40


@dataclass(slots=True)
class Fiche:
    """`periodes`: first and last day of each, without those left empty; `action`: the button pressed."""

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

    def corps(self) -> dict[str, Any]:
        """As the API would be sent it."""
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
    names = ("numero", "civilite", "nom", "prenom", "courriel", "uai", "uais_secondaires", "academie", "action")
    typed = {name: text(form, name)[:_MAX_TEXT] for name in names}
    periodes = zip(texts(form, "debut")[:_MAX_LIST], texts(form, "fin")[:_MAX_LIST], strict=False)
    return Fiche(
        **typed,
        disciplines=texts(form, "disciplines")[:_MAX_LIST],
        profils=texts(form, "profils")[:_MAX_LIST],
        stagiaire=text(form, "stagiaire") == "oui",
        periodes=[one for one in periodes if any(one)],
        version=version_lue(form),
    )


def version_lue(form: FormData) -> int:
    """The version that the form was filled from; 0 where it says none."""
    version = text(form, "version")
    return whole_number(version)


def faute_de(refus: Refus) -> dict[str, str]:
    """A refusal with the id of its field."""
    return {"champ": refus.champ, "texte": refus.phrase}
