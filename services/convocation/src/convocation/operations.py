"""What commands outside this service may use of it: tell events again, catch up after a restored backup, search keys.

For operators' commands (replay, reconcile, restore), the benchmarks, and tests that sign somebody in: they import
nothing else of it.
"""

from datetime import datetime, timedelta

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.avancement.commands import keep_progress
from convocation.commun.recherche import cle, formes
from convocation.conservation.commands import CONSERVATION, hold, who
from convocation.conservation.settings import DureesConvocation as Durees
from convocation.convocations.commands import replay_convocations
from convocation.convocations.domain import NatureVersion
from convocation.convocations.publishing import TYPES
from convocation.convocations.sql import Choisie, Choix, page
from convocation.documents.rendering import COMPILERS, Document, Documents, Signataire
from convocation.entrees import commands as entrees
from convocation.entrees.commands import Entree
from convocation.extraits.rendering import Extraits
from convocation.restauration.commands import catch_up, held

__all__ = [
    "COMPILERS",
    "CONSERVATION",
    "SOURCE",
    "Choix",
    "Document",
    "Documents",
    "Durees",
    "Extraits",
    "NatureVersion",
    "Signataire",
    "catch_up",
    "cle",
    "event_of",
    "formes",
    "held",
    "hold",
    "keep_progress",
    "open_session",
    "page",
    "replay_convocations",
    "who",
]

SOURCE = "/imagin/convocation"


def event_of(row: Choisie) -> tuple[str, bytes | None, datetime]:
    """Type, body and time of a row of `page`; the body is None where the event was not kept."""
    return TYPES[NatureVersion(row.nature)], row.evenement, row.le


async def open_session(connection: Connection, acteur: Acteur, now: datetime) -> str:
    """The value of the cookie of a new session, of an hour."""
    return await entrees.open_session(connection, Entree(acteur.sub, (acteur,)), now, timedelta(hours=1))
