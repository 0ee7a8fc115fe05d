"""Refusals of reminders to établissements."""

from typing import Any

from convocation.commun.refus import Kind, Refus, RefusDeChamp
from francais import pluriel


class TexteVide(Refus):
    slug = "texte-vide"
    phrase = "Écrivez le texte du rappel."
    champ = "texte"


class MarqueInconnue(RefusDeChamp):
    """A word in braces that nothing takes the place of: it would be read by everybody."""

    slug = "marque-inconnue"


class RappelVide(Refus):
    slug = "rappel-vide"
    kind = Kind.SAISIE
    phrase = "Cochez au moins un établissement."
    champ = "choix"


class RappelSansObjet(Refus):
    """What they were to be reminded of is done."""

    slug = "rappel-sans-objet"
    kind = Kind.CONFLIT
    phrase = "Plus aucun de ces établissements n’est concerné : rien n’est parti."


class RappelRecent(Refus):
    """Somebody has reminded them meanwhile; who wants to remind them again says so for each."""

    slug = "rappel-recent"
    kind = Kind.CONFLIT

    def __init__(self, uais: list[str]) -> None:
        super().__init__()
        self.uais = uais
        sont = pluriel(len(uais), "établissement vient d’être rappelé", "établissements viennent d’être rappelés")
        self.phrase = f"{sont} pour ce motif. Rien n’est parti : relisez la liste."

    @property
    def details(self) -> dict[str, Any]:
        return super().details | {"uais": self.uais}
