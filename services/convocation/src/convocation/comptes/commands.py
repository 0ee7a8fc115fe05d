"""An administrateur gives and withdraws rights, deactivates accounts; and what a sign-in records and is given here.

Whose rights change is signed out in the same transaction. A sign-in calls `seen`, `fonctions_locales` and `given`, and
opens the session in one transaction: it holds the account's row, so no right is withdrawn between.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from acces.acteur import Role
from acces.audit import Acte, record
from acces.commande import Commande
from chassis.database import Connection
from convocation.annuaire import reads as annuaire
from convocation.annuaire.refus import RaisonAbsente
from convocation.comptes import reads, sql
from convocation.comptes.access import WRITE, may_manage
from convocation.comptes.domain import Attribuable, Droit, juger
from convocation.comptes.reads import Attribution
from convocation.comptes.refus import (
    AttributionFinie,
    AttributionInconnue,
    CompteDesactive,
    CompteInconnu,
    DejaDonne,
    DernierAdministrateur,
    PropreCompte,
)
from convocation.delegations import commands as delegations
from convocation.delegations import reads as deleguees
from convocation.delegations.domain import ROLES
from convocation.delegations.domain import Droit as Delegue
from convocation.entrees.commands import close_all_of
from convocation.identite.fonctions import Fonction
from convocation.identite.settings import Genre
from event_schemas.academies import local_time
from francais import date_longue

_UNUSED = timedelta(days=730)


async def seen(
    connection: Connection, *, compte: str, genre: Genre, emetteur: str, nom: str, courriel: str, now: datetime
) -> None:
    """Somebody signs in: rights and delegations that wait for this address are this account's from now on.

    They wait for the ministry's agents alone: who comes by another provider is given a right by the account, which is
    known once they have tried. Raises CompteDesactive.
    """
    adresse, jour = courriel.strip().lower(), jour_de(now)
    if not await sql.seen(connection, compte, emetteur=emetteur, nom=nom, courriel=adresse, now=now):
        raise CompteDesactive
    if genre is Genre.FIM:
        await sql.bind(connection, compte, adresse, jour)
        await delegations.bind(connection, compte, adresse, jour)


async def forget_unused(connection: Connection, now: datetime) -> None:
    """Accounts that nobody has used for two years: of people who left, or who were refused and never given a right."""
    await sql.forget(connection, now - _UNUSED)


async def fonctions_locales(connection: Connection, *, compte: str, courriel: str, jour: date) -> list[Fonction]:
    """What our own tables give an account on this day: rights, delegations, the intervenant whose address it has."""
    found = [
        Fonction(Role(one.role), academies=frozenset(one.academies), fin=one.fin)
        for one in await reads.du_jour(connection, compte, jour)
    ]
    found += [
        Fonction(Role(ROLES[Delegue(one.droit)]), uais=frozenset({one.uai}), pour=one.chef_nom, fin=one.fin)
        for one in await deleguees.du_jour(connection, compte, jour)
    ]
    numeros = await annuaire.numeros_of(connection, courriel.strip().lower())
    return found + [Fonction(Role.INTERVENANT, numero=one) for one in numeros if len(numeros) == 1]


async def given(connection: Connection, *, compte: str, fonctions: Iterable[Fonction]) -> None:
    """Keep what the provider's word alone gave at this sign-in, to show it; it is read anew at the next one."""
    told = [
        {
            "role": one.role.value,
            "uais": sorted(one.uais),
            "academies": sorted(one.academies),
            "pour": one.pour,
            "fin": one.fin.isoformat() if one.fin else None,
        }
        for one in fonctions
    ]
    await sql.keep_given(connection, compte, json.dumps(told, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Beneficiaire:
    """Whom a right is given: an account, or whoever signs in next with this address (in lower case)."""

    nom: str
    courriel: str
    compte: str | None = None


async def give(commande: Commande, attribution_id: UUID, qui: Beneficiaire, droit: Droit, motif: str) -> None:
    """From the next sign-in on, which comes at once: who is signed in is signed out. The same id twice is one right.

    Raises Forbidden, RaisonAbsente, DroitRefuse, DejaDonne, CompteInconnu.
    """
    connection, acteur = commande.connection, commande.acteur
    may_manage(acteur)
    _reasoned(motif)
    juger(droit, jour_de(commande.now))
    await sql.hold_all(connection)
    if await reads.attribution(connection, attribution_id):
        return
    comptes = await _held(connection, qui)
    held = await reads.attributions(
        connection, [qui.compte] if qui.compte else [], [qui.courriel], jour_de(commande.now)
    )
    if any(_droit(one).contient(droit) for one in held):
        raise DejaDonne
    named, par = (qui.nom, qui.courriel, qui.compte), (acteur.sub, acteur.nom or acteur.sub)
    await sql.give(connection, attribution_id, droit, qui=named, par=par, le=commande.now)
    await close_all_of(connection, comptes)
    await _record(commande, attribution_id, None, _state(qui.nom, qui.courriel, droit), motif)


async def _held(connection: Connection, qui: Beneficiaire) -> list[str]:
    """The accounts that must sign in again. Raises CompteInconnu."""
    if qui.compte is None:
        return await sql.hold_address(connection, qui.courriel)
    if await sql.hold(connection, qui.compte) is None:
        raise CompteInconnu
    return [qui.compte]


async def withdraw(commande: Commande, attribution_id: UUID, motif: str) -> None:
    """At once. Raises Forbidden, RaisonAbsente, AttributionInconnue, AttributionFinie, DernierAdministrateur."""
    connection, acteur = commande.connection, commande.acteur
    may_manage(acteur)
    if await reads.attribution(connection, attribution_id) is None:
        raise AttributionInconnue
    _reasoned(motif)
    await sql.hold_all(connection)
    held = await sql.withdraw(connection, attribution_id, par=acteur.nom or acteur.sub, le=commande.now)
    if held is None:
        raise AttributionFinie
    if held.compte is not None:
        await sql.hold(connection, held.compte)
        await close_all_of(connection, [held.compte])
    await _somebody_is_left(commande)
    await _record(commande, attribution_id, _state(held.nom, held.courriel, _droit(held)), None, motif)


async def set_actif(commande: Commande, compte: str, *, actif: bool, motif: str) -> None:
    """A deactivated account signs in no more, whatever gives it rights; what it delegated is withdrawn.

    The same twice is one. Raises Forbidden, CompteInconnu, RaisonAbsente, PropreCompte, DernierAdministrateur.
    """
    connection, acteur = commande.connection, commande.acteur
    may_manage(acteur)
    if await reads.compte(connection, compte) is None:
        raise CompteInconnu
    _reasoned(motif)
    if compte == acteur.sub:
        raise PropreCompte
    await sql.hold_all(connection)
    le, par = (None, None) if actif else (commande.now, acteur.nom or acteur.sub)
    changed = await sql.set_actif(connection, compte, le=le, par=par)
    if changed is None:
        return
    await close_all_of(connection, [compte])
    if not actif:
        await _somebody_is_left(commande)
        await delegations.withdraw_all_of(commande, compte, motif)
    states = {"nom": changed.nom, "actif": not actif}, {"nom": changed.nom, "actif": actif}
    await record(connection, acteur, commande.now, [Acte(WRITE, f"compte|{compte}", *states, motif=motif)])


async def _somebody_is_left(commande: Commande) -> None:
    """An operator's token, which has no account here, may do without. Raises DernierAdministrateur."""
    if await sql.has_administrateur(commande.connection, jour_de(commande.now)):
        return
    if await reads.compte(commande.connection, commande.acteur.sub) is not None:
        raise DernierAdministrateur


async def _record(
    commande: Commande,
    attribution_id: UUID,
    avant: Mapping[str, object] | None,
    apres: Mapping[str, object] | None,
    motif: str,
) -> None:
    acte = Acte(WRITE, f"attribution|{attribution_id}", avant, apres, motif=motif)
    await record(commande.connection, commande.acteur, commande.now, [acte])


def _reasoned(motif: str) -> None:
    if not motif:
        raise RaisonAbsente


def jour_de(now: datetime) -> date:
    """The rectorat's clocks are Paris's."""
    return local_time("*", now).date()


def _droit(held: Attribution) -> Droit:
    return Droit(Attribuable(held.role), frozenset(held.academies), held.fin)


def _state(nom: str, courriel: str, droit: Droit) -> Mapping[str, object]:
    state: dict[str, object] = {"nom": nom, "courriel": courriel, "role": droit.role.value}
    state["academies"] = sorted(droit.academies)
    return state | ({"dernier_jour": date_longue(droit.fin)} if droit.fin else {})
