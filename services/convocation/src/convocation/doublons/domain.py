"""Two entries of the directory that are one person (R36): how they are found, and what their fusion makes of them.

A convocation is always of one person on one mission. So the merged person's convocation is cancelled (SANTORIN reads
a revocation), and the kept person is convoked with the same entry.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from convocation.annuaire.domain import Indisponibilite, Intervenant, noms_proches
from convocation.commun.recherche import cle
from convocation.convocations.domain import Convocation, NatureVersion

MOTIF_REPRISE = "Doublon dans l’annuaire : une nouvelle convocation à la même mission remplace celle-ci."
MOTIF_DOUBLE = "Doublon dans l’annuaire : l’autre convocation à la même mission reste valable."
MOTIF_DEFAITE = "Fusion défaite dans l’annuaire : cette convocation revient à une autre personne."
DELAI = timedelta(days=1)
"""As long as a merge can be undone."""
COURRIEL_PARTAGE = 5
_DEUX = 2
_UNIS = ("uais_secondaires", "disciplines", "profils", "indisponibilites")

_POIDS = {
    "nom": 6,
    "courriel": 5,
    "proche": 3,
    "identifiant": 4,
    "etablissement": 3,
    "discipline": 2,
    "seules": 1,
}
"""What each reason adds to where a pair stands in the list."""
_FORTS = {"courriel", "identifiant", "etablissement"}


@dataclass(frozen=True, slots=True)
class Comparee:
    """Of an entry what says who she is. `cle`: the folded name; `lieux`: all her établissements."""

    numero: str
    cle: str
    courriel: str
    lieux: frozenset[str]
    disciplines: frozenset[str]

    @property
    def identifiant(self) -> str:
        """The part of the address before the @."""
        return self.courriel.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Paire:
    """Two numbers that may be one person, and why, in the order of `motifs_vraisemblables`."""

    numero: str
    autre: str
    motifs: tuple[str, ...]

    @property
    def poids(self) -> int:
        """The more, the likelier."""
        return sum(_POIDS[one] for one in self.motifs)


def motifs_vraisemblables(une: Comparee, autre: Comparee, homonymes: int, partage: int) -> tuple[str, ...]:
    """Why two entries of an académie may be one person; none where they are not likely to be.

    `homonymes`: how many bear the name of `une` there; `partage`: how many have her address.

    The name is the same (`nom`) or near (`proche`), and something else agrees: the address (`courriel`) or its part
    before the @ (`identifiant`), an établissement. A discipline, or that only two bear the name (`seules`), is enough
    for the same name, unless one académie's mail has given them two addresses; not for a near one, MARTIN and MARTINS
    teach the same everywhere. An address with one word of the name is enough: names change by marriage.
    """
    nom = _nom(une.cle, autre.cle)
    if nom is None:
        return ()
    communs = [one for one in (_courriel(une, autre, partage), *_communs(une, autre)) if one]
    if nom == "nom" and homonymes == _DEUX:
        communs.append("seules")
    enough = _FORTS.intersection(communs) if nom else {"courriel"}.intersection(communs)
    if not enough and not (nom == "nom" and communs and not _deux_adresses(une.courriel, autre.courriel)):
        return ()
    return tuple([nom, *communs] if nom else communs)


def _deux_adresses(une: str, autre: str) -> bool:
    """Whether one mail system knows both, under two names."""
    return une != autre and une.rpartition("@")[2] == autre.rpartition("@")[2] != ""


def _nom(une: str, autre: str) -> str | None:
    """None: not a word in common; empty: one, and no more."""
    if sorted(une.split()) == sorted(autre.split()):
        return "nom"
    if not set(une.split()) & set(autre.split()):
        return None
    return "proche" if noms_proches(une, autre) else ""


def _courriel(une: Comparee, autre: Comparee, partage: int) -> str:
    """An address that more people share is an office's: it says nothing about who they are."""
    if partage > COURRIEL_PARTAGE or not une.courriel:
        return ""
    if une.courriel == autre.courriel:
        return "courriel"
    return "identifiant" if une.identifiant == autre.identifiant else ""


def _communs(une: Comparee, autre: Comparee) -> tuple[str, str]:
    place, subject = une.lieux & autre.lieux, une.disciplines & autre.disciplines
    return "etablissement" if place else "", "discipline" if subject else ""


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


@dataclass(frozen=True, slots=True)
class Deplacement:
    """What a merge did on one mission: ids, and the versions it left. `reprise`: the kept person was convoked by it.

    `report`: the empêchement that went over with it.
    """

    mission_id: UUID
    autre_id: UUID
    autre_version: int
    gardee_id: UUID
    gardee_version: int
    reprise: bool
    report: UUID | None = None


@dataclass(frozen=True, slots=True)
class Faite:
    """What a merge left to be undone; `avant`, `apres`: the fields of the kept entry that it united."""

    avant: dict[str, object]
    apres: dict[str, object]
    deplacements: tuple[Deplacement, ...]


@dataclass(frozen=True, slots=True)
class Retour:
    """What the undoing does on one mission; nothing of what was decided since is taken back."""

    deplacement: Deplacement
    rendue: Convocation | None
    annulee: Convocation | None


def rendre(fait: Deplacement, autre: Convocation, avant: Convocation, gardee: Convocation, *, refaite: bool) -> Retour:
    """`autre` is convoked again, as she was before the merge, or as the kept one has been since.

    Nobody is where the kept one's was cancelled since, or cancelled and made anew for her (`refaite`): an
    établissement has decided. `avant`: the merged person's before the merge.
    """
    if not gardee.active or refaite:
        return Retour(fait, None, None)
    source = gardee if fait.reprise else avant
    rendue = replace(
        source,
        numero=autre.numero,
        profil=avant.profil,
        nature=NatureVersion.CONVOCATION,
        version=autre.version + 1,
        motif=None,
    )
    if not fait.reprise:
        return Retour(fait, rendue, None)
    version = gardee.version + 1
    return Retour(fait, rendue, replace(gardee, nature=NatureVersion.ANNULATION, motif=MOTIF_DEFAITE, version=version))


def separer(gardee: Intervenant, avant: Mapping[str, object], apres: Mapping[str, object]) -> Intervenant:
    """The kept entry without what the merge gave it; a field that was changed since stays as it is."""
    back = {name: avant[name] for name in _UNIS if _ecrit(gardee, name) == apres[name]}
    fields = {name: _lue_de(name, value) for name, value in back.items()}
    return replace(gardee, **fields)


def ecrire(kept: Intervenant, together: Intervenant, deplacements: Sequence[Deplacement]) -> str:
    """What is kept of a merge, as JSON."""
    avant, apres = ({name: _ecrit(one, name) for name in _UNIS} for one in (kept, together))
    moved = [asdict(one) for one in deplacements]
    return json.dumps({"avant": avant, "apres": apres, "deplacees": moved}, ensure_ascii=False, default=str)


def lire(avant: str, apres: str, deplacees: str) -> Faite:
    """As `ecrire` wrote it."""
    moved = [
        Deplacement(
            UUID(one["mission_id"]),
            UUID(one["autre_id"]),
            one["autre_version"],
            UUID(one["gardee_id"]),
            one["gardee_version"],
            one["reprise"],
            UUID(one["report"]) if one["report"] else None,
        )
        for one in json.loads(deplacees)
    ]
    return Faite(json.loads(avant), json.loads(apres), tuple(moved))


def _ecrit(person: Intervenant, name: str) -> object:
    value = getattr(person, name)
    if name == "indisponibilites":
        return [[one.debut.isoformat(), one.fin.isoformat()] for one in value]
    return list(value)


def _lue_de(name: str, value: object) -> Any:
    assert isinstance(value, list)
    if name == "indisponibilites":
        return tuple(Indisponibilite(date.fromisoformat(debut), date.fromisoformat(fin)) for debut, fin in value)
    return tuple(value)
