"""What the requests of convocation use."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from acces.cles import Cles
from acces.debit import Debit
from acces.settings import cles
from chassis import http
from convocation.entrees.commands import Entrees
from convocation.identite.fournisseur import Fournisseur
from convocation.identite.settings import Genre
from convocation.settings import Settings
from pages import application as pages

_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Debits:
    """By acteur: `recherches`, `documents`, `lues` (people an hour), `averties` (once an hour).

    By address: `portes`.
    """

    recherches: Debit
    documents: Debit
    lues: Debit
    averties: Debit
    portes: Debit

    @classmethod
    def of(cls, settings: Settings) -> "Debits":
        return cls(
            recherches=Debit(per_second=settings.search_per_second, burst=settings.search_burst),
            documents=Debit(per_second=settings.document_per_second, burst=settings.document_burst),
            lues=Debit(per_second=settings.people_per_hour / _HOUR, burst=settings.people_per_hour),
            averties=Debit(per_second=1 / _HOUR, burst=1),
            portes=Debit(per_second=settings.stranger_per_second, burst=settings.stranger_burst),
        )


@dataclass(frozen=True, slots=True)
class Sceaux:
    """What each purpose is sealed with (0035)."""

    liens: Cles
    verifications: Cles
    calendriers: Cles

    @classmethod
    def of(cls, settings: Settings) -> "Sceaux":
        return cls(
            liens=cles(settings.link_keys),
            verifications=cles(settings.verification_keys),
            calendriers=cles(settings.calendar_keys),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(pages.Application):
    """Every room's; `documents` adds what renders."""

    settings: Settings
    debits: Debits
    sceaux: Sceaux
    sessions: Entrees
    fournisseurs: Mapping[Genre, Fournisseur]


def application(request: Request) -> Application:
    return http.application(request, Application)
