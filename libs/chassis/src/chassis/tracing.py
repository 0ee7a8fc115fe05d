"""The cause of the work in hand: set by the HTTP request or the event, read by the outbox and the log."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from chassis.cloudevents import Cause

_cause: ContextVar[Cause] = ContextVar("cause", default=Cause())  # noqa: B039  # frozen


def current_cause() -> Cause:
    """The cause in force here; empty outside any request or event."""
    return _cause.get()


@contextmanager
def caused_by(cause: Cause) -> Iterator[None]:
    """Everything inside is told as caused by `cause`."""
    token = _cause.set(cause)
    try:
        yield
    finally:
        _cause.reset(token)


def new_traceparent() -> str:
    """A W3C trace context for work that arrived without one."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_id(traceparent: str | None) -> str | None:
    """The 32 hex digits of a traceparent, or None where there is none."""
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) == 4 else None
