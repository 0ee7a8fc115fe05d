"""Two entries of the directory that are one person (R36): how they are found, and what their fusion makes of them.

A convocation is always of one person on one mission. So the merged person's convocation is cancelled (SANTORIN reads
a revocation), and the kept person is convoked with the same entry.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from convocation.annuaire.domain import Indisponibilite, Intervenant, noms_proches
from convocation.commun.recherche import cle
from convocation.convocations.domain import Convocation, NatureVersion

MOTIF_REPRISE = "Doublon dans l’annuaire : une nouvelle convocation à la même mission remplace celle-ci."
MOTIF_DOUBLE = "Doublon dans l’annuaire : l’autre convocation à la même mission reste valable."


@dataclass(frozen=True, slots=True)
class Paire:
    """Two numbers that may be one person, and why: the same `nom`, `courriel` or `etablissement`, or near names.

    `proche`: near names in one établissement.
    """

    numero: str
    autre: str
    motifs: tuple[str, ...]


def motifs_vraisemblables(communs: Collection[str], nom: str, autre_nom: str) -> tuple[str, ...]:
    """Why two entries may be one person; none where they are not likely to be.

    `communs`: what they have in common, as the search for pairs says; `nom`, `autre_nom`: folded names. A word in
    common in one établissement (`voisin`) is not enough: the names must be near.
    """
    motifs = [one for one in ("nom", "courriel") if one in communs]
    if "voisin" in communs and "nom" in communs:
        motifs.append("etablissement")
    elif "voisin" in communs and noms_proches(nom, autre_nom):
        motifs.append("proche")
    return tuple(motifs)


@dataclass(frozen=True, slots=True)
class Reprise:
    """Of one active convocation of the merged person: cancelled, and `nouvelle` where the kept one had none."""

    annulee: Convocation
    nouvelle: Convocation | None


def reprendre(ancienne: Convocation, deja: Convocation | None, numero: str) -> Reprise:
    """`deja`: what the kept person `numero` already has on the mission. `ancienne` is active.

    Neither the opening of the service nor the mission's state matters: nobody is convoked who was not.
    """
    motif = MOTIF_DOUBLE if deja is not None and deja.active else MOTIF_REPRISE
    annulee = replace(ancienne, nature=NatureVersion.ANNULATION, motif=motif, version=ancienne.version + 1)
    if deja is not None and deja.active:
        return Reprise(annulee, None)
    version = deja.version + 1 if deja is not None else 1
    return Reprise(annulee, replace(ancienne, numero=numero, nature=NatureVersion.CONVOCATION, version=version))


def unir(gardee: Intervenant, autre: Intervenant) -> Intervenant:
    """The kept entry with the other's disciplines, établissements, profiles and absences."""
    lieux = _union(gardee.uais_secondaires, (autre.uai, *autre.uais_secondaires))
    return replace(
        gardee,
        disciplines=_union(gardee.disciplines, autre.disciplines),
        uais_secondaires=tuple(uai for uai in lieux if uai != gardee.uai),
        profils=_union(gardee.profils, autre.profils),
        indisponibilites=_absences(gardee.indisponibilites, autre.indisponibilites),
    )


def _union(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _absences(first: Sequence[Indisponibilite], second: Sequence[Indisponibilite]) -> tuple[Indisponibilite, ...]:
    """Of two that begin on one day the longer."""
    by_day = {one.debut: one for one in sorted((*first, *second), key=lambda one: one.fin)}
    return tuple(by_day[day] for day in sorted(by_day))


def differents(une: Intervenant, autre: Intervenant) -> frozenset[str]:
    """Fields in which the two differ for a reader: names folded, lists in any order."""
    names = ("civilite", "nom", "prenom", "courriel", "uai", "uais_secondaires", "disciplines", "profils", "stagiaire")
    return frozenset(name for name in names if _lu(getattr(une, name)) != _lu(getattr(autre, name)))


def _lu(value: object) -> object:
    if isinstance(value, tuple):
        return sorted(map(str, value))
    return cle(value) if isinstance(value, str) else value
