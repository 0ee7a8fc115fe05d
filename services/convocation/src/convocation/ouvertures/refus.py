"""Refusals of openings."""

from typing import Any

from convocation.commun.refus import Kind, Refus


class ServiceFerme(Refus):
    """R12."""

    slug = "service-ferme"
    kind = Kind.CONFLIT
    phrase = "Le service de convocation n’est pas ouvert : l’administrateur IMAGIN l’ouvre aux établissements."


class OuvertureRefusee(Refus):
    """R12: `phrase` says what is wrong with a decision, `champ` is the id of its field."""

    slug = "ouverture-refusee"

    def __init__(self, phrase: str, champ: str) -> None:
        super().__init__()
        self.phrase, self.champ = phrase, champ

    @property
    def details(self) -> dict[str, Any]:
        return super().details | {"champ": self.champ}
