"""Warnings are read before anything is written; going on all the same is remembered with its reason (decision 0018)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from acces.commande import Commande
from convocation.convocations import sql as convocations
from convocation.convocations.avertissements import Avertissement
from convocation.convocations.refus import AvertissementsALire


@dataclass(frozen=True, slots=True)
class PassageOutre:
    """The warnings (`Avertissement.cles`) that the person has read, and why she goes on all the same."""

    lus: frozenset[str]
    motif: str

    def check(self, avertissements: Sequence[Avertissement]) -> None:
        """Raises AvertissementsALire when there is one that has not been read."""
        if not self.lus.issuperset(cle for one in avertissements for cle in one.cles):
            raise AvertissementsALire

    async def remember(
        self, commande: Commande, versions: Mapping[UUID, int], avertissements: Sequence[Avertissement]
    ) -> None:
        """Keep what was overridden beside the convocations (id → version) made in spite of it."""
        if avertissements:
            await convocations.remember_override(
                commande.connection,
                versions,
                avertissements,
                motif=self.motif,
                par=commande.acteur.sub,
                le=commande.now,
            )
