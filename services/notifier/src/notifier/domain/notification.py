"""What is to be told to whom and when: effective nature, identity of a mail, settling, night, pauses (D28)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from notifier.domain.courrier import Nature

_MAILS = UUID("fd07a4dd-15eb-5913-adad-14febeb5b493")
_PATIENCE = 5
_LONGEST_PAUSE = timedelta(minutes=15)


class Etat(StrEnum):
    """SENDING is committed before SMTP begins: a mail found so is sent again, with the same Message-ID (D28).

    SUPERSEDED: a higher version came before it went out. POINTLESS: cancelled before anything was told, or a reminder
    that nobody needs any more.
    """

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    BOUNCED = "BOUNCED"
    SUPERSEDED = "SUPERSEDED"
    POINTLESS = "POINTLESS"


@dataclass(frozen=True, slots=True)
class Connu:
    """What the person knows of a convocation: the last version that went out, and whether it held.

    `en_echec`: a later one did not arrive by mail, but may have been handed over on paper.
    """

    version: int | None = None
    active: bool = False
    en_echec: bool = False


def nature_de(connu: Connu, *, active: bool) -> Nature | None:
    """How the present state is told; None when there is nothing to say: who was never told is not told of an end."""
    if active:
        return Nature.MODIFICATION if connu.version is not None and connu.active else Nature.CONVOCATION
    if connu.en_echec or (connu.version is not None and connu.active):
        return Nature.ANNULATION
    return None


def mail_id(items: Iterable[tuple[UUID, int, int]]) -> UUID:
    """Computed from (convocation, version, `jours` of its row) of each item: the same content, the same mail (D28).

    Below 0 stands for the request that asked for it: an answer, or the same content once more.
    """
    return uuid5(_MAILS, "|".join(sorted(f"{convocation}/{version}/{jours}" for convocation, version, jours in items)))


def message_id(mail: UUID, domain: str) -> str:
    return f"<{mail}@{domain}>"


def settled(now: datetime, since: datetime, settling: timedelta) -> datetime:
    """When a change that came `now` may go out: nothing new for `settling`, five times that at most after the first."""
    return min(now + settling, since + _PATIENCE * settling)


def pause(attempt: int) -> timedelta:
    """Until the next try: 2 s doubling, a quarter of an hour at most."""
    return min(_LONGEST_PAUSE, timedelta(seconds=2.0 ** min(attempt, 10)))


@dataclass(frozen=True, slots=True)
class Nuit:
    """From `debut` (included) to `fin` (excluded), of the académie's clocks; may pass midnight."""

    debut: time
    fin: time

    def __contains__(self, moment: datetime) -> bool:
        heure = moment.time()
        if self.debut <= self.fin:
            return self.debut <= heure < self.fin
        return heure >= self.debut or heure < self.fin
