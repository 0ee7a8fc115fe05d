"""Request bodies of delegations."""

import datetime

from convocation.commun.schemas import AdresseDePersonne, Corps, Nom
from convocation.delegations.domain import Delegue, Droit


class DelegationIn(Corps):
    """`debut` and `fin` are days, both included."""

    nom: Nom
    courriel: AdresseDePersonne
    droit: Droit
    debut: datetime.date
    fin: datetime.date

    def delegue(self) -> Delegue:
        return Delegue(self.nom, self.courriel, self.droit, self.debut, self.fin)
