"""Ouvrir le service convocation (R12): the administrateur decides for the nation, académies or établissements."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from acces.audit import Acte, changes, record
from acces.commande import Commande
from convocation.avis.commands import Tenue, note_openings
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.refus import SessionArchivee, SessionNonDeclaree
from convocation.ouvertures import reads, sql
from convocation.ouvertures.access import may_date
from convocation.ouvertures.domain import (
    NATIONALE,
    Cible,
    Decision,
    EnCours,
    PorteeOuverture,
    a_relire,
    bornee,
    ferme_la_nation,
    juger,
    juger_limite,
)
from convocation.ouvertures.refus import FermetureARelire, OuvertureRefusee
from event_schemas.academies import NOMS


async def close_nation(commande: Commande, session: str, motif: str, vus: EnCours, *, aussi: bool) -> None:
    """Close the service for all académies, after what is under way was read.

    `aussi`: also for who has a decision of their own; it is withdrawn. Raises FermetureARelire where more is under way
    than that, OuvertureRefusee, SessionNonDeclaree, SessionArchivee, Forbidden.
    """
    POLICY.authorise(commande.acteur, "service.ouvrir")
    await _vivante(commande, session)
    await sql.hold(commande.connection, session, le=commande.now)
    if a_relire(vus, await reads.en_cours(commande.connection, session, commande.now)):
        raise FermetureARelire
    withdrawn = await sql.narrower(commande.connection, session) if aussi else []
    closed: dict[Cible, Decision | None] = {NATIONALE: Decision(False)}
    await open_service(commande, session, closed | dict.fromkeys(withdrawn), motif)


async def open_service(
    commande: Commande, session: str, decisions: Mapping[Cible, Decision | None], motif: str = ""
) -> None:
    """Take all of `decisions` or none of them; None withdraws one. Commands under way end first.

    Who closes the service for the nation says why.

    A decision that changes nothing is not recorded. Raises OuvertureRefusee, SessionNonDeclaree, SessionArchivee,
    Forbidden.
    """
    POLICY.authorise(commande.acteur, "service.ouvrir")
    connection, when = commande.connection, commande.now
    await _vivante(commande, session)
    places = await missions.academies(
        connection, [cible.code for cible in decisions if cible.portee is PorteeOuverture.ETABLISSEMENT]
    )
    if ferme_la_nation(decisions) and not motif:
        raise OuvertureRefusee("Donnez le motif\u00a0: le service ferme pour toutes les académies.", "motif")
    for cible, decision in decisions.items():
        _judge(commande, places, cible, decision)
    await sql.hold(connection, session, le=when)
    await _vivante(commande, session)  # archived while we waited
    await _take(commande, session, await _with_bounds(commande, session, decisions), motif, places)


async def hold_decisions(commande: Commande, session: str) -> None:
    """Nobody opens, closes or convokes in a session before the transaction's end; who is at it ends first."""
    await sql.hold_what_is_there(commande.connection, session)


async def limit_academie(commande: Commande, session: str, academie: str, limite: datetime | None) -> None:
    """The académie's own deadline, inside what is open for the nation; None: the nation's holds again.

    Nothing is judged where it is the deadline that holds already.

    Raises OuvertureRefusee, SessionNonDeclaree, SessionArchivee, Forbidden.
    """
    may_date(commande.acteur, academie)
    await sql.hold_what_is_there(commande.connection, session)
    await _vivante(commande, session)
    cible = Cible(PorteeOuverture.ACADEMIE, academie)
    held = await reads.held(commande.connection, session, [NATIONALE, cible])
    nationale, tenue = held.get(NATIONALE), held.get(cible, held.get(NATIONALE))
    if limite == (tenue.fin if tenue else None) or (limite is None and cible not in held):
        return
    decidee = cible in held and cible not in await sql.propres(commande.connection, session)
    juger_limite(limite, nationale, commande.now, decidee=decidee)
    wanted = bornee(Decision(True, None, limite), nationale)
    await _take(commande, session, {cible: wanted}, "", {}, propres={cible})


async def _vivante(commande: Commande, session: str) -> None:
    """Raises SessionNonDeclaree, SessionArchivee."""
    if not await missions.declaree(commande.connection, session):
        raise SessionNonDeclaree
    if await missions.archivee(commande.connection, session):
        raise SessionArchivee


async def _with_bounds(
    commande: Commande, session: str, decisions: Mapping[Cible, Decision | None]
) -> Mapping[Cible, Decision | None]:
    """With the nation's dates change those that académies have set for themselves inside them."""
    if NATIONALE not in decisions:
        return decisions
    propres = await sql.propres(commande.connection, session)
    return {cible: bornee(one, decisions[NATIONALE]) for cible, one in propres.items()} | dict(decisions)


async def _take(
    commande: Commande,
    session: str,
    decisions: Mapping[Cible, Decision | None],
    motif: str,
    places: Mapping[str, str],
    propres: Collection[Cible] = (),
) -> None:
    """Write what changes, tell it to whom it is new, and record it."""
    connection, who, when = commande.connection, commande.acteur.sub, commande.now
    kept = {*propres, *(await sql.propres(connection, session) if NATIONALE in decisions else ())}
    held = await reads.held(connection, session, list(decisions))
    changed = {cible: decision for cible, decision in decisions.items() if held.get(cible) != decision}
    await sql.save(connection, session, changed, par=who, le=when, propres=kept)
    avant = [_tenue(cible, held.get(cible)) for cible in changed]
    await note_openings(connection, session, avant, when)
    actes = [
        _acte(session, cible, held.get(cible), decision, motif, places.get(cible.code))
        for cible, decision in changed.items()
    ]
    await record(connection, commande.acteur, when, actes)


def _tenue(cible: Cible, decision: Decision | None) -> Tenue:
    held = decision or (None, None, None)
    return Tenue(cible.portee.value, cible.code, *held)


def _judge(commande: Commande, places: Mapping[str, str], cible: Cible, decision: Decision | None) -> None:
    if cible.portee is PorteeOuverture.ETABLISSEMENT and cible.code not in places:
        raise OuvertureRefusee(f"Aucune mission n’est connue pour l’UAI {cible.code}.", "code")
    if cible.portee is PorteeOuverture.ACADEMIE and cible.code not in NOMS:
        raise OuvertureRefusee(f"Aucune académie ne porte le code {cible.code}.", "code")
    if decision is not None:
        juger(decision, commande.now)
    elif cible == NATIONALE:
        raise OuvertureRefusee("La décision nationale ne se retire pas : fermez le service.", "ouverte")


def _acte(
    session: str, cible: Cible, avant: Decision | None, apres: Decision | None, motif: str, academie: str | None
) -> Acte:
    states = _state(avant), _state(apres)
    if states[0] is not None and states[1] is not None:
        states = changes(states[0], states[1])
    uai = cible.code if cible.portee is PorteeOuverture.ETABLISSEMENT else None
    if cible.portee is not PorteeOuverture.ETABLISSEMENT:
        academie = cible.code  # « * » for the nation, as the exigences have it
    objet = f"ouverture|{session}|{cible.portee}|{cible.code}"
    return Acte("service.ouvrir", objet, *states, motif=motif, academie=academie, uai=uai)


def _state(decision: Decision | None) -> dict[str, Any] | None:
    return None if decision is None else decision._asdict()
