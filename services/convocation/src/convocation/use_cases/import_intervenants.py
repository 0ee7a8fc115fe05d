"""The gestionnaire keeps the directory (R36, R54): people created or replaced by number, all or none."""

from collections.abc import Sequence

from chassis.policy import Forbidden
from convocation.domain.intervenant import Intervenant
from convocation.persistence import intervenants
from convocation.policy import POLICY
from convocation.use_cases.context import Commande


class DisciplineInconnue(Exception):
    """Codes that the nomenclature does not have."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__("discipline-inconnue")
        self.codes = codes


async def import_intervenants(commande: Commande, academie: str, people: Sequence[Intervenant]) -> None:
    """Raises Forbidden for another académie, also when a number belongs to one; DisciplineInconnue."""
    POLICY.authorise(commande.acteur, "intervenants.ecrire", academie=academie)
    held = await intervenants.academies(commande.connection, [one.numero for one in people])
    if any(other != academie for other in held.values()):
        raise Forbidden("intervenants.ecrire")
    codes = sorted({code for one in people for code in one.disciplines})
    unknown = await intervenants.unknown_disciplines(commande.connection, codes)
    if unknown:
        raise DisciplineInconnue(unknown)
    await intervenants.save(commande.connection, people)
