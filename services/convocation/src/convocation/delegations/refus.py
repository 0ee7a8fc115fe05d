"""Refusals of delegations."""

from typing import Any

from convocation.commun.refus import Kind, Refus


class DelegationInconnue(Refus):
    slug = "delegation-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette délégation n’existe pas ou n’est pas de votre établissement."


class DelegationFinie(Refus):
    slug = "delegation-finie"
    kind = Kind.CONFLIT
    phrase = "Cette délégation est déjà retirée ou terminée."


class DelegationRefusee(Refus):
    """`phrase` says what is wrong with its days, `champ` is the id of the field."""

    slug = "delegation-refusee"

    def __init__(self, phrase: str, champ: str) -> None:
        super().__init__()
        self.phrase, self.champ = phrase, champ

    @property
    def details(self) -> dict[str, Any]:
        return super().details | {"champ": self.champ}
