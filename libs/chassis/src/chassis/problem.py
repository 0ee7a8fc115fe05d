"""A refusal that HTTP tells; apart from what serves HTTP, so that commands need not load that."""

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """A refusal with its sentence; `type` is a short slug that programs may test."""

    def __init__(
        self, status: int, type_: str, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type_
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra
