"""structlog in JSON: event, service, correlation and trace ids; only known keys, never an error's text (D44, X20)."""

import logging
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
    }
)


def configure(service: str, level: str) -> None:
    """Send this process's structlog and stdlib logging to stdout, a JSON object a line."""

    def add_context(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        cause = current_cause()
        event["service"] = service
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
    """Libraries' own warnings: logger and level, and their template without its arguments."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().log(record.levelno, f"{record.name}: {str(record.msg)[:200]}", error=error)
