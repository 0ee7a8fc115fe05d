"""Who asks for a person, who answers, and whose contact is kept."""

from uuid import UUID

from acces.acteur import Acteur
from acces.policy import Scope
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue
from convocation.demandes import reads
from convocation.demandes.reads import Demande
from convocation.demandes.refus import DemandeInconnue
from event_schemas.academies import NOMS

READ = "demande.lire"


def may_answer(acteur: Acteur) -> None:
    """Raises Forbidden for who is not gestionnaire."""
    POLICY.scope(acteur, "demande.traiter")


def can_answer(acteur: Acteur) -> bool:
    """Whether there are buttons to answer with."""
    return POLICY.reach(acteur, "demande.traiter") is not None


def can_read(acteur: Acteur) -> bool:
    """Whether the page lists what there is to answer; the administrateur only looks."""
    return POLICY.reach(acteur, READ) is not None


async def answerable_demande(connection: Connection, acteur: Acteur, demande_id: UUID) -> Demande:
    """The demande, its row locked. Raises DemandeInconnue, also for another académie's; Forbidden."""
    may_answer(acteur)
    demande = await reads.get(connection, demande_id)
    if demande is None:
        raise DemandeInconnue
    POLICY.visible(acteur, "demande.traiter", DemandeInconnue, academie=demande.academie)
    return demande


def may_ask(acteur: Acteur) -> None:
    """Raises Forbidden for who is of no établissement."""
    POLICY.scope(acteur, "demande.ecrire")


def may_keep_contact(acteur: Acteur, academie: str | None = None) -> None:
    """Raises Forbidden for who is not gestionnaire, AcademieInconnue for another académie's contact."""
    if academie is None:
        POLICY.scope(acteur, "contact.ecrire")
    else:
        POLICY.visible(acteur, "contact.ecrire", AcademieInconnue, academie=academie)


def may_read_contact(acteur: Acteur, academie: str) -> bool:
    """Whether it can be changed too. Raises Forbidden, AcademieInconnue for another académie's or none."""
    POLICY.visible(acteur, "contact.lire", AcademieInconnue, academie=academie)
    if academie not in NOMS:
        raise AcademieInconnue
    return POLICY.allows(acteur, "contact.ecrire", academie=academie)


def contacts_of(acteur: Acteur) -> list[str]:
    """The académies whose contact is read, in order. Raises Forbidden."""
    seen = POLICY.scope(acteur, "contact.lire")
    return sorted(NOMS) if seen is Scope.TOUT else sorted(acteur.academies)
