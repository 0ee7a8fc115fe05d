"""What commands outside this service may use of it: tell events again, catch up after a restored backup, search keys.

For operators' commands (replay, reconcile, restore) and the benchmark that fills the directory: they import nothing
else of it.
"""

from datetime import datetime

from convocation.commun.recherche import cle, mots
from convocation.convocations.commands import replay_convocations
from convocation.convocations.domain import NatureVersion
from convocation.convocations.publishing import TYPES
from convocation.convocations.sql import Choisie, Choix, page
from convocation.restauration.commands import catch_up, held

__all__ = ["SOURCE", "Choix", "catch_up", "cle", "event_of", "held", "mots", "page", "replay_convocations"]

SOURCE = "/imagin/convocation"


def event_of(row: Choisie) -> tuple[str, bytes | None, datetime]:
    """Type, body and time of a row of `page`; the body is None where the event was not kept."""
    return TYPES[NatureVersion(row.nature)], row.evenement, row.le
