"""What every command is given: the transaction's connection, who acts, and the time."""

from dataclasses import dataclass
from datetime import datetime

from acces.acteur import Acteur
from chassis.database import Connection


@dataclass(frozen=True, slots=True)
class Commande:
    """One command, in one transaction; `now` is aware."""

    connection: Connection
    acteur: Acteur
    now: datetime
