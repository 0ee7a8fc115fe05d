"""What the requests of mission-import use."""

from dataclasses import dataclass

from fastapi import Request

from acces.debit import Debit
from chassis import http
from mission_import.settings import Settings
from pages import application as pages


@dataclass(frozen=True, slots=True)
class Debits:
    """Lists that are asked for, and files that are read, looked at or imported."""

    recherches: Debit
    fichiers: Debit

    @classmethod
    def of(cls, settings: Settings) -> "Debits":
        return cls(
            recherches=Debit(per_second=settings.search_per_second, burst=settings.search_burst),
            fichiers=Debit(per_second=settings.file_per_second, burst=settings.file_burst),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(pages.Application):
    """`convocation_url`: where convocation's pages are, None where nobody said. `debits`: by acteur."""

    convocation_url: str | None
    debits: Debits


def application(request: Request) -> Application:
    return http.application(request, Application)
