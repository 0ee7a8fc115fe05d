"""structlog in JSON: event, service, correlation and trace ids; only known keys, never an error's text (D44, X20)."""

import logging
import math
import os
import socket
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from chassis.tracing import current_cause

# An allow-list: a key that is not here was not thought about, and may hold a person.
_ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "service",
        "instance",
        "error",
        "where",
        "correlation_id",
        "trace_id",
        "topic",
        "partition",
        "offset",
        "stage",
        "group",
        "count",
        "counts",
        "repeated",
        "seconds",
        "action",
        "method",
        "route",
        "status",
        "port",
        "migrations",
        "sent",
        "failed",
        "superseded",
        "attempt",
        "version",
        "cause",
        "state",
        "jour",
        "chaine",
    }
)

_KIND_SECONDS = 10.0


def instance_name() -> str:
    """Which replica this is: the host (a container's or pod's name) and the process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def configure(service: str, level: str) -> None:
    """Send this process's structlog and stdlib logging to stdout, a JSON object a line.

    `instance` in each line tells replicas apart.
    """
    instance = instance_name()

    def add_context(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        cause = current_cause()
        event["service"] = service
        event["instance"] = instance
        if cause.correlation_id:
            event["correlation_id"] = event["trace_id"] = cause.correlation_id
        return event

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_context,
            _name_errors,
            _keep_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )
    logging.basicConfig(handlers=[_ToStructlog()], level=logging.WARNING, force=True)


def _name_errors(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An error is told by its class and place: its text may quote a person's data."""
    error = event.get("error")
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = type(error).__name__
        event["where"] = f"{frames[-1].name}:{frames[-1].lineno}" if frames else None
    return event


def _keep_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key in _ALLOWED}


class _ToStructlog(logging.Handler):
    """Libraries' own warnings, each kind once in ten seconds: a client without a broker writes hundreds a second."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[tuple[str, str], tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        kind = (record.name, str(record.msg)[:200])
        at, kept_back = self._kinds.get(kind, (-math.inf, 0))
        if record.created - at < _KIND_SECONDS:
            self._kinds[kind] = (at, kept_back + 1)
            return
        self._kinds[kind] = (record.created, 0)
        error = record.exc_info[1] if record.exc_info else None
        more = {"repeated": kept_back} if kept_back else {}
        structlog.get_logger().log(record.levelno, f"{record.name}: {_words(record)}", error=error, **more)


def _words(record: logging.LogRecord) -> str:
    """Kafka's clients speak of nodes, topics and errors: whole. Others may quote a person: without arguments."""
    whole = record.name.startswith(("aiokafka", "faststream"))
    if not whole:
        return str(record.msg).partition("\n")[0][:300]  # asyncio puts the error's text on the next lines
    try:
        return record.getMessage()[:300]
    except (TypeError, ValueError, KeyError):  # its arguments are not those of its words
        return str(record.msg)[:300]
