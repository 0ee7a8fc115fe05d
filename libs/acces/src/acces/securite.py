"""Security events, in a log of their own for a SIEM: JSON lines, one an event.

They name who acts by the account and from which address, so they never go to the ordinary log (D44). What they are
about is told by route and action; names, numbers of others, searches and tokens are not told.
"""

import json
import logging
from datetime import UTC, datetime
from enum import StrEnum
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path

from fastapi import Request

from acces.acteur import Acteur

_log = logging.getLogger("imagin.securite")
_MODE = 0o640  # the service writes, its group (who sends it to a SIEM) reads, nobody else: it names accounts


class Evenement(StrEnum):
    """What happened. A SIEM counts these words: they do not change."""

    SIGNED_IN = "session.opened"
    SIGNED_OUT = "session.closed"
    OTHERS_CLOSED = "session.others_closed"
    FUNCTION_CHOSEN = "session.function"
    SIGN_IN_REFUSED = "session.refused"
    TOKEN_REFUSED = "token.refused"  # noqa: S105  # no password
    TOKEN_ISSUED = "token.issued"  # noqa: S105
    CLIENT_REFUSED = "client.refused"
    ACCESS_DENIED = "access.denied"
    DATABASE_REFUSED = "access.denied_by_database"
    FOREIGN_SITE = "request.foreign_site"
    TOO_MANY = "request.too_many"
    LINK_OPENED = "link.opened"
    LINK_REFUSED = "link.refused"
    LINK_LOST = "link.lost"
    EXPORT = "export.taken"
    DIRECTORY_READ = "directory.read"
    DIRECTORY_CAPPED = "directory.capped"
    RIGHT_GIVEN = "right.given"
    RIGHT_WITHDRAWN = "right.withdrawn"
    ACCOUNT_DEACTIVATED = "account.deactivated"
    ACCOUNT_REACTIVATED = "account.reactivated"
    ACTING_FOR = "acting.for"
    ACTING_ENDED = "acting.ended"
    DELEGATION_GIVEN = "delegation.given"
    DELEGATION_WITHDRAWN = "delegation.withdrawn"


def configure(service: str, path: Path | None) -> None:
    """Append to this file, which may be rotated under us. Without one nothing is written."""
    for handler in _log.handlers[:]:
        _log.removeHandler(handler)
        handler.close()
    _log.propagate = False  # the ordinary log would keep them
    _log.setLevel(logging.INFO)
    if path is None:
        _log.addHandler(logging.NullHandler())
        return
    handler = _File(path, encoding="utf-8")
    handler.setFormatter(_Json(service))
    _log.addHandler(handler)


class _File(WatchedFileHandler):
    """A file that is there keeps the mode that the operator gave it."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=_MODE)
        return super()._open()


class _Json(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts: dict[str, object] = record.__dict__["facts"]
        return json.dumps({"timestamp": at, "service": self._service, "event": record.msg, **facts}, ensure_ascii=False)


def tell(request: Request, event: Evenement, acteur: Acteur | None = None, **facts: str | int) -> None:
    """Who did it (None: nobody knows), from where, on which route; `facts`: an action, a count, a client."""
    who = {"acteur": acteur.sub, "role": acteur.role.value} if acteur else {}
    route = getattr(request.scope.get("route"), "path", None)
    where = {"address": request.client.host if request.client else "", **({"route": route} if route else {})}
    _log.info(event.value, extra={"facts": who | where | facts})
