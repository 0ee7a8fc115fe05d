"""« Signaler un empêchement »: no refusal by itself; the établissement replaces the person or maintains (R45, R57).

Why the person cannot come may be health: it is read by her and by the établissement, and told to nobody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from convocation.commun.refus import Refus
from convocation.convocations.domain import Convocation, NatureVersion, Qualite, annuler
from convocation.empechements.refus import TexteTropLong
from francais.textes import fins_de_ligne

MAX_TEXTE = 1_000
# The reason of the cancellation, without the person's own words: the history of a convocation has other readers.
MOTIF_REMPLACE = "Empêchement signalé : vous êtes remplacé(e)."


class EtatEmpechement(StrEnum):
    """Of one report. RETIRE: by the person; CLOS: the convocation was cancelled without an answer."""

    OUVERT = "OUVERT"
    REMPLACE = "REMPLACE"
    MAINTENU = "MAINTENU"
    RETIRE = "RETIRE"
    CLOS = "CLOS"


@dataclass(frozen=True, slots=True)
class Candidat:
    """Somebody convoked on the mission. `lue`, `refuse`: of the present version; `empeche`: has an open report."""

    convocation_id: UUID
    convocation: Convocation
    nom: str
    lue: bool
    refuse: bool
    empeche: bool


def suppleants(empechee: Convocation, candidats: Sequence[Candidat]) -> list[Candidat]:
    """Who may take the place: the same profile first (R47), then who has read her convocation, then as given.

    Nobody replaces a suppléant.
    """
    if empechee.qualite.qualite is Qualite.CORRECTEUR_SUPPLEANT:
        return []
    found = [one for one in candidats if _disponible(one)]
    return sorted(found, key=lambda one: (one.convocation.profil != empechee.profil, not one.lue))


def _disponible(one: Candidat) -> bool:
    suppleant = one.convocation.qualite.qualite is Qualite.CORRECTEUR_SUPPLEANT
    return suppleant and one.convocation.active and not one.refuse and not one.empeche


def promouvoir(empechee: Convocation, suppleant: Convocation, *, ouvert: bool) -> tuple[Convocation, Convocation]:
    """The cancelled one, and the suppléant in her qualité and on her dates; the observation stays the suppléant's.

    Raises ServiceFerme, ConvocationAnnulee.
    """
    annulee = annuler(empechee, ouvert=ouvert, motif=MOTIF_REMPLACE)
    promue = replace(
        suppleant,
        qualite=empechee.qualite,
        dates=empechee.dates,
        nature=NatureVersion.MODIFICATION,
        version=suppleant.version + 1,
    )
    return annulee, promue


def texte(typed: str, absent: type[Refus]) -> str:
    """A reason or an answer as it is kept. Raises `absent` or TexteTropLong."""
    kept = fins_de_ligne(typed).strip()
    if not kept:
        raise absent
    if len(kept) > MAX_TEXTE:
        raise TexteTropLong
    return kept
