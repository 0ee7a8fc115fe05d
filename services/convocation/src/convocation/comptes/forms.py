"""The form by which an administrateur gives a right, as it was typed."""

from dataclasses import dataclass, field
from typing import Self

from starlette.datastructures import FormData

from convocation.comptes.domain import Attribuable
from convocation.comptes.schemas import DroitIn, PersonneIn
from event_schemas.academies import NOMS
from pages.forms import faults, text, texts

_MAX, _MAX_LIST = 300, 60
ROLES = [
    (Attribuable.GESTIONNAIRE.value, "Gestionnaire IMAGIN, de ses académies"),
    (Attribuable.ADMINISTRATEUR.value, "Administrateur IMAGIN, de toutes"),
]
ACADEMIES = sorted(NOMS.items(), key=lambda one: one[1])
_PHRASES = {
    "nom": "Renseignez le nom de la personne, en 100 caractères au plus.",
    "courriel": "Renseignez l’adresse académique, par exemple prenom.nom@ac-exemple.fr.",
    "role": "Choisissez le droit à donner.",
    "academies": "Choisissez les académies dans la liste.",
    "fin": "Donnez un jour, ou laissez vide.",
    "": "Choisissez les académies dans la liste.",
}


@dataclass(frozen=True, slots=True)
class SaisieDroit:
    """The form as it was typed; `nom` and `courriel` are those of the account where it is known."""

    nom: str = ""
    courriel: str = ""
    role: str = ""
    academies: list[str] = field(default_factory=list)
    fin: str = ""
    motif: str = ""

    @classmethod
    def read(cls, form: FormData) -> Self:
        typed = {name: text(form, name)[:_MAX] for name in ("nom", "courriel", "role", "fin")}
        return cls(**typed, academies=texts(form, "academies")[:_MAX_LIST], motif=text(form, "motif")[:1_000])

    def faults(self, *, known: bool) -> list[dict[str, str]]:
        """`known`: the person is an account."""
        person = [] if known else faults(PersonneIn, {"nom": self.nom, "courriel": self.courriel}, _PHRASES)
        return person + faults(DroitIn, self._droit(), _PHRASES, lambda location: str((*location, "academies")[0]))

    def droit(self) -> DroitIn:
        """Of a form without faults."""
        return DroitIn.model_validate(self._droit())

    def personne(self) -> PersonneIn:
        """Of a form without faults."""
        return PersonneIn(nom=self.nom, courriel=self.courriel)

    def _droit(self) -> dict[str, object]:
        return {"role": self.role, "academies": self.academies, "fin": self.fin or None}
