"""What becomes of a convocation that others know better than a restored database: pure decisions (0032)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from convocation.convocations.domain import NatureVersion

MOTIF = (
    "Cette convocation a été perdue lors de la restauration d’une sauvegarde. "
    "L’établissement vous convoquera de nouveau s’il a besoin de vous."
)


class Sort(StrEnum):
    """What is done, in the order in which somebody should look at it."""

    RECONVOQUEE = "annulée depuis la sauvegarde : convoquée de nouveau, la personne l’apprend"
    PERDUE = "convoquée depuis la sauvegarde : annulée, la personne l’apprend ; à convoquer de nouveau"
    REANNULEE = "convoquée de nouveau depuis la sauvegarde : annulée de nouveau, la personne l’apprend"
    RAMENEE = "modifiée depuis la sauvegarde : ramenée à ce qu’elle était, la personne l’apprend"
    REPRISE = "dite depuis la sauvegarde comme elle est : la version est reprise, rien n’est dit"
    INTROUVABLE = "connue d’un autre service seulement : rien n’en est gardé ici"


@dataclass(frozen=True, slots=True)
class Etat:
    """A convocation at one version, as its event tells it; `contenu`: all that it says but its version."""

    version: int
    active: bool
    nature: NatureVersion
    contenu: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Decision:
    """The version, status and nature that the database holds from now on; told unless it is a REPRISE."""

    sort: Sort
    version: int
    active: bool
    nature: NatureVersion

    @property
    def dite(self) -> bool:
        return self.sort is not Sort.REPRISE


def decider(tenue: Etat | None, derniere: Etat | None, vue: int) -> Decision | None:
    """`tenue`: what the restored database says; `derniere`: the last that was told since the backup, if anything was.

    What the database says is true, at a version above `vue`, the highest that anybody has seen; what it does not know
    is ended. None: nobody told what it was.
    """
    if derniere and derniere.version == vue and (_ended(derniere) if tenue is None else _same(tenue, derniere)):
        return Decision(Sort.REPRISE, vue, derniere.active, derniere.nature)
    if tenue is None:
        return Decision(Sort.PERDUE, vue + 1, active=False, nature=NatureVersion.ANNULATION) if derniere else None
    sort = _sort(tenue, derniere)
    return Decision(sort, vue + 1, tenue.active, _nature(sort, active=tenue.active))


def _ended(derniere: Etat) -> bool:
    return not derniere.active


def _same(tenue: Etat, derniere: Etat) -> bool:
    return tenue.contenu == derniere.contenu


def _sort(tenue: Etat, derniere: Etat | None) -> Sort:
    if derniere is None or derniere.active == tenue.active:
        return Sort.RAMENEE
    return Sort.RECONVOQUEE if tenue.active else Sort.REANNULEE


def _nature(sort: Sort, *, active: bool) -> NatureVersion:
    if not active:
        return NatureVersion.ANNULATION
    return NatureVersion.CONVOCATION if sort is Sort.RECONVOQUEE else NatureVersion.MODIFICATION
