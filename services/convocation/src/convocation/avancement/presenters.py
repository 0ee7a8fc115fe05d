"""A session's progress as page, files and API tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from chassis.database import Connection
from convocation.avancement import sql
from convocation.avancement.domain import (
    LIBELLES_MESURES,
    Comptes,
    Groupement,
    Jour,
    Mesure,
    Suite,
    ensemble,
    par_groupe,
    shift,
)
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.domain import NATIONALE, Cible, PorteeOuverture
from event_schemas import departements
from event_schemas.academies import NOMS, local_time

HEADERS = ["Jour", "Code", "Nom", "Besoin estimé", *LIBELLES_MESURES.values()]


@dataclass(frozen=True, slots=True)
class Demande:
    """What is asked for. `academies` None: the nation; `avant`: the session laid under this one, "" for none."""

    session: str
    par: Groupement
    academies: Sequence[str] | None
    departement: str | None = None
    avant: str = ""


@dataclass(frozen=True, slots=True)
class Avancement:
    """A session day by day; `avant` stands on the days of this one. `fins`: each académie's deadline."""

    demande: Demande
    jours: Sequence[Jour]
    suite: Suite
    groupes: Mapping[str, Suite]
    avant: Suite
    avant_groupes: Mapping[str, Suite]
    fin: date | None
    vu_le: datetime | None
    fins: Mapping[str, date] = field(default_factory=dict)

    @property
    def avant_meme_jour(self) -> Comptes | None:
        return self.avant.at(self.suite.points[-1][0]) if self.suite.points else None


async def read(connection: Connection, asked: Demande) -> Avancement:
    """Of a session that nothing was counted of, everything is empty."""
    jours = await _days(connection, asked, asked.session)
    avant = await _days(connection, asked, asked.avant) if asked.avant else []
    fin, fins = await _deadlines(connection, asked, asked.session)
    avant_fin, _ = await _deadlines(connection, asked, asked.avant) if asked.avant else (None, {})
    suite, dessous = ensemble(jours), ensemble(avant)
    later = shift(dessous, avant_fin, suite, fin)
    return Avancement(
        asked,
        jours,
        suite,
        par_groupe(jours),
        dessous.shifted(later),
        {cle: one.shifted(later) for cle, one in par_groupe(avant).items()},
        fin,
        await sql.seen(connection, asked.session, asked.academies),
        fins,
    )


async def _days(connection: Connection, asked: Demande, session: str) -> list[Jour]:
    return await sql.days(connection, asked.par, session, asked.academies, asked.departement)


async def _deadlines(connection: Connection, asked: Demande, session: str) -> tuple[date | None, dict[str, date]]:
    """That of what is shown, and each académie's: when the decision in force closes the service again."""
    codes = list(NOMS) if asked.academies is None else list(asked.academies)
    wanted = [NATIONALE, *(Cible(PorteeOuverture.ACADEMIE, code) for code in codes)]
    held = await ouvertures.held(connection, session, wanted)
    fins = {}
    for code in codes:
        decision = held.get(Cible(PorteeOuverture.ACADEMIE, code), held.get(NATIONALE))
        if decision and decision.fin:
            fins[code] = local_time(code, decision.fin).date()
    general = held.get(NATIONALE)
    nation = local_time("", general.fin).date() if general and general.fin else None
    return (fins.get(codes[0]) if len(codes) == 1 else nation), fins


def nom(par: Groupement, cle: str) -> str:
    """Of a group, in words."""
    return NOMS.get(cle, cle) if par is Groupement.ACADEMIE else departements.nom(cle)


def groupes(one: Avancement) -> list[dict[str, Any]]:
    """A row a group, those first that have the least of what they need."""
    dernier = one.suite.points[-1][0] if one.suite.points else None
    rows = []
    for cle, suite in one.groupes.items():
        avant = one.avant_groupes.get(cle)
        rows.append(
            {
                "cle": cle,
                "nom": nom(one.demande.par, cle),
                "fin": one.fins.get(cle) if one.demande.par is Groupement.ACADEMIE else None,
                "comptes": suite.dernier,
                "avant": avant.at(dernier) if avant and dernier else None,
                "suite": suite,
            }
        )
    return sorted(rows, key=lambda row: (_part(row["comptes"]), row["nom"]))


def _part(comptes: Comptes) -> float:
    return comptes.convoques / comptes.attendus if comptes.attendus else 1.0


def table(one: Avancement) -> list[list[str | int]]:
    """All days of all groups, under HEADERS."""
    return [
        [
            jour.jour.isoformat(),
            jour.cle,
            nom(one.demande.par, jour.cle),
            jour.comptes.attendus,
            *(jour.comptes.of(mesure) for mesure in Mesure),
        ]
        for jour in one.jours
    ]


def pour_programme(comptes: Comptes) -> dict[str, int]:
    return {"attendus": comptes.attendus} | {mesure.value: comptes.of(mesure) for mesure in Mesure}
