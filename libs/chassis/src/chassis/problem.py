"""A refusal that HTTP tells; apart from what serves HTTP, so that commands need not load that."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

PAGE = "integrateurs/problemes.html"
"""Where the documentation site says of each type why it comes and what to do."""
NOWHERE = "https://imagin-e3c.invalid/documentation"
"""The documentation's address where nobody said it: a name that can be nobody's (RFC 2606)."""


class Problem(Exception):
    """A refusal with its sentence; `type` is a short word of `problemes.toml`, which programs are told as `code`."""

    def __init__(
        self, status: int, type_: str, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type_
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said of a short word: its title, why it comes, what a program does.

    `services`: which answer it, "*" for any; `statuts`: with which status.
    """

    statuts: tuple[int, ...]
    services: tuple[str, ...]
    titre: str
    cause: str
    faire: str


@cache
def kinds() -> dict[str, Kind]:
    """All that APIs may answer, by short word."""
    text = files("chassis").joinpath("problemes.toml").read_text(encoding="utf-8")
    return {
        code: Kind(tuple(entry["statuts"]), tuple(entry["services"]), entry["titre"], entry["cause"], entry["faire"])
        for code, entry in tomllib.loads(text).items()
    }


def body_of(documentation_url: str, status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """The members of RFC 9457, with `code` beside them: the short word that stands after the # of `type`."""
    kind = kinds().get(code) or kinds()["refus"]  # a test knows every word of the code; an answer must not fail here
    told = {"type": f"{documentation_url}/{PAGE}#{code}", "title": kind.titre, "status": status, "detail": detail}
    return told | {"code": code} | extra
