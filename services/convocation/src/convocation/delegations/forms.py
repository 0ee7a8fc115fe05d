"""The form by which a chef delegates, as it was typed."""

from dataclasses import asdict, dataclass
from typing import Self

from starlette.datastructures import FormData

from convocation.delegations.domain import LIBELLES, Droit
from convocation.delegations.schemas import DelegationIn
from pages.forms import faults, text

_MAX = 300
_AIDES = {
    Droit.CONVOQUER: "convoque, modifie et annule sur toutes les missions, et répond aux empêchements",
    Droit.NUMERISER: "de même, sur la seule mission de numérisation des copies ; consulte les autres",
    Droit.CONSULTER: "voit les missions, les convocations et la couverture, et ne change rien",
}
DROITS = [(droit.value, f"{libelle} : {_AIDES[droit]}") for droit, libelle in LIBELLES.items()]
_PHRASES = {
    "nom": "Renseignez le nom de la personne, en 100 caractères au plus.",
    "courriel": "Renseignez l’adresse académique, par exemple prenom.nom@ac-exemple.fr.",
    "droit": "Choisissez ce que la personne peut faire.",
    "debut": "Renseignez le premier jour.",
    "fin": "Renseignez le dernier jour.",
}


@dataclass(frozen=True, slots=True)
class SaisieDelegation:
    """The form as it was typed."""

    nom: str = ""
    courriel: str = ""
    droit: str = ""
    debut: str = ""
    fin: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        return cls(**{name: text(form, name)[:_MAX] for name in cls.__slots__})

    def faults(self) -> list[dict[str, str]]:
        return faults(DelegationIn, asdict(self), _PHRASES)

    def body(self) -> DelegationIn:
        """Of a form without faults."""
        return DelegationIn.model_validate(asdict(self))
