"""Ouvrir le service convocation (R12): the administrateur decides for the nation, an académie or établissements."""

from collections.abc import Sequence
from typing import Any

from chassis.audit import Acte, record
from convocation.domain.errors import PeriodeImpossible
from convocation.domain.ouverture import Cible, Decision, Portee
from convocation.persistence import missions, ouvertures
from convocation.policy import POLICY
from convocation.use_cases.context import Commande


async def open_service(
    commande: Commande, session: str, cibles: Sequence[Cible], decision: Decision, motif: str = ""
) -> None:
    """Open or close all of `cibles`; commands under way end before. Raises PeriodeImpossible, Forbidden."""
    POLICY.authorise(commande.acteur, "service.ouvrir")
    if not decision.sensee:
        raise PeriodeImpossible
    connection, who, when = commande.connection, commande.acteur.sub, commande.now
    await ouvertures.hold(connection, session, par=who, le=when)
    actes = []
    for cible in cibles:
        avant = await ouvertures.decide(connection, session, cible, decision, par=who, le=when)
        academie, uai = await _place(commande, cible)
        objet = f"ouverture|{session}|{cible.portee}|{cible.code}"
        actes.append(Acte("service.ouvrir", objet, _state(avant), _state(decision), motif, academie, uai))
    await record(connection, commande.acteur, when, actes)


def _state(decision: Decision | None) -> dict[str, Any] | None:
    return None if decision is None else decision._asdict()


async def _place(commande: Commande, cible: Cible) -> tuple[str | None, str | None]:
    """Académie and UAI that a decision is about."""
    if cible.portee is Portee.ETABLISSEMENT:
        return await missions.academie(commande.connection, cible.code), cible.code
    return (cible.code if cible.portee is Portee.ACADEMIE else None), None
