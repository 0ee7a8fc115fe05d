"""Which people of the directory an acteur sees, and which one keeps up to date."""

from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.annuaire import reads
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.refus import IntervenantAbsent
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue
from convocation.demandes.access import answerable_demande
from convocation.demandes.reads import Demande
from convocation.demandes.refus import DemandeDejaTraitee

READ, WRITE = "intervenants.lire", "intervenants.ecrire"


def may_keep(acteur: Acteur, academie: str | None = None) -> None:
    """Raises Forbidden for who keeps no directory, AcademieInconnue for another académie's."""
    if academie is None:
        POLICY.scope(acteur, WRITE)
    else:
        POLICY.visible(acteur, WRITE, AcademieInconnue, academie=academie)


def can_keep(acteur: Acteur, academie: str | None) -> bool:
    """Whether the forms are offered."""
    return POLICY.allows(acteur, WRITE, academie=academie)


def may_read(acteur: Acteur, academie: str) -> None:
    """Raises Forbidden for who sees no directory, AcademieInconnue for another académie's."""
    POLICY.visible(acteur, READ, AcademieInconnue, academie=academie)


async def visible_intervenant(connection: Connection, acteur: Acteur, intervenant_id: UUID) -> Intervenant:
    """The person, unless she is another académie's: then she does not exist. Raises IntervenantAbsent, Forbidden."""
    POLICY.scope(acteur, READ)
    person = await reads.by_id(connection, intervenant_id)
    if person is None:
        raise IntervenantAbsent
    POLICY.visible(acteur, READ, IntervenantAbsent, academie=person.academie)
    return person


async def demande_to_answer(
    connection: Connection, acteur: Acteur, demande_id: UUID | None, *, answered: bool = False
) -> Demande | None:
    """The demande of an address, still open unless `answered`.

    Raises DemandeInconnue, DemandeDejaTraitee, Forbidden.
    """
    if demande_id is None:
        return None
    asked = await answerable_demande(connection, acteur, demande_id)
    if asked.etat != "OUVERTE" and not answered:
        raise DemandeDejaTraitee
    return asked
