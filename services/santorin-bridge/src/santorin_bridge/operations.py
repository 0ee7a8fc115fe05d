"""What operators' commands may use of this service: reconcile, repair, replay, credentials.

And how it catches up after a restored backup. They import nothing else of it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from event_schemas.catalogue import HABILITATION_STATE
from santorin_bridge.domain.clients import CLIENT_ID, verifier
from santorin_bridge.domain.ecart import REJOUER, RELEVER, Ecart, Vues
from santorin_bridge.durees import DureesBridge as Durees
from santorin_bridge.gateways.convocation import ConvocationGateway
from santorin_bridge.persistence.conservation import CONSERVATION
from santorin_bridge.persistence.reconciliation import alone
from santorin_bridge.persistence.replay import Choisi, Choix, page, send_again
from santorin_bridge.publishing import SOURCE, ErasedHabilitations
from santorin_bridge.use_cases.catch_up import catch_up, held
from santorin_bridge.use_cases.reconcile import Bilan, Sources, reconcile
from santorin_bridge.use_cases.repair import repair

__all__ = [
    "CLIENT_ID",
    "CONSERVATION",
    "REJOUER",
    "RELEVER",
    "SOURCE",
    "Bilan",
    "Choix",
    "Durees",
    "Ecart",
    "ErasedHabilitations",
    "Sources",
    "Vues",
    "alone",
    "catch_up",
    "event_of",
    "held",
    "page",
    "reconcile",
    "repair",
    "send_again",
    "sources_at",
    "verifier",
]


def sources_at(url: str, token: Callable[[], str], kafka: Mapping[str, Any]) -> Sources:
    """What a reconciliation asks: convocation at `url`, with a fresh `token` each time, and the topic by `kafka`."""
    return Sources(ConvocationGateway(url, token).etats, kafka)


def event_of(row: Choisi) -> tuple[str, bytes, datetime]:
    """Type, body and time of a row of `page`."""
    return HABILITATION_STATE, row.etat, row.changed_at
