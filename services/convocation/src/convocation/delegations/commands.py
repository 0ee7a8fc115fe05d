"""A chef delegates, and takes back at once: one transaction with its act, and with the end of those sessions."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from acces.audit import Acte, record
from acces.commande import Commande
from chassis.database import Connection
from convocation.delegations import sql
from convocation.delegations.access import DELEGATE, etablissement_to_delegate_for
from convocation.delegations.domain import Delegue, Etat, etat, juger
from convocation.delegations.reads import Delegation
from convocation.delegations.refus import DelegationFinie, DelegationInconnue
from convocation.entrees.commands import close_all_of
from event_schemas.academies import local_time
from francais import date_longue


async def delegate(commande: Commande, delegation_id: UUID, uai: str, delegue: Delegue) -> None:
    """The person has it from their next sign-in on. The same id twice is one delegation.

    Raises MissionInconnue (another's UAI too), Forbidden, DelegationRefusee.
    """
    connection, chef = commande.connection, commande.acteur
    academie = await etablissement_to_delegate_for(connection, chef, uai)
    juger(delegue, local_time(academie, commande.now).date())
    nom = chef.nom or chef.sub
    if await sql.create(connection, delegation_id, uai, delegue, chef=chef.sub, chef_nom=nom, le=commande.now):
        apres = _state(delegue.nom, delegue.courriel, delegue.droit, delegue.debut, delegue.fin)
        acte = Acte(DELEGATE, f"delegation|{delegation_id}", None, apres, academie=academie, uai=uai)
        await record(connection, chef, commande.now, [acte])


async def withdraw(commande: Commande, uai: str, delegation_id: UUID) -> None:
    """Raises MissionInconnue, Forbidden, DelegationInconnue (also another établissement's), DelegationFinie."""
    academie = await etablissement_to_delegate_for(commande.connection, commande.acteur, uai)
    held = await sql.get(commande.connection, delegation_id)
    if held is None or held.uai != uai:
        raise DelegationInconnue
    jour = local_time(academie, commande.now).date()
    if etat(held.debut, held.fin, retiree=held.retiree_le is not None, jour=jour) is Etat.FINIE:
        raise DelegationFinie
    if not await _withdraw(commande, delegation_id, academie, ""):
        raise DelegationFinie


async def withdraw_all_of(commande: Commande, chef: str, motif: str) -> None:
    """What a chef delegated ends with the chef's account. The caller has asked whether the acteur may do that."""
    for delegation_id in await sql.given_by(commande.connection, chef, commande.now.date()):
        await _withdraw(commande, delegation_id, None, motif)


async def _withdraw(commande: Commande, delegation_id: UUID, academie: str | None, motif: str) -> bool:
    qui = commande.acteur.nom or commande.acteur.sub
    held = await sql.withdraw(commande.connection, delegation_id, par=qui, le=commande.now)
    if held is None:
        return False
    if held.compte is not None:
        await close_all_of(commande.connection, [held.compte])
    avant = _of(held)
    acte = Acte(DELEGATE, f"delegation|{delegation_id}", avant, None, motif=motif, academie=academie, uai=held.uai)
    await record(commande.connection, commande.acteur, commande.now, [acte])
    return True


async def bind(connection: Connection, compte: str, courriel: str, jour: date) -> None:
    """At a sign-in: what waits for this address (in lower case) is this account's, whoever has the address later."""
    await sql.bind(connection, compte, courriel, jour)


def _of(held: Delegation) -> Mapping[str, object]:
    return _state(held.nom, held.courriel, held.droit, held.debut, held.fin)


def _state(nom: str, courriel: str, droit: str, debut: date, fin: date) -> Mapping[str, object]:
    jours = {"premier_jour": date_longue(debut), "dernier_jour": date_longue(fin)}
    return {"nom": nom, "courriel": courriel, "droit": droit} | jours
