"""The vector of identity: what FIM, the ministry's federation, tells of an agent beside the name (docs/domaine.md 6).

Pure and total: any claims become a `Vecteur`. A damaged value gives nothing and is told; nothing is guessed.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from event_schemas import uai
from francais.textes import lisible

T = TypeVar("T")

ATTRIBUTS = frozenset(
    {"FrEduFonctAdm", "FrEduRneResp", "FrEduRne", "FrEduResDel", "FrEduGestResp", "ctgrps", "title", "rne", "codaca"}
)
"""The claims of the vector: FIM alone is believed on them."""
_AUCUNE = frozenset({"", "X"})
"""How the ministry's directories write « none »."""
_MAX_VALEURS, _MAX_CARACTERES, _MAX_TEXTE = 500, 4_000, 200
_CODE = re.compile(r"[A-Za-z0-9_-]{0,20}")
_DATE = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}")
_CODACA = re.compile(r"0?[0-9]{2}")
_RESPONSABILITE = "FrEduRneResp="


@dataclass(frozen=True, slots=True)
class Responsabilite:
    """An établissement that the agent answers for. `secteur`: PU or PR; `nature`: LYC, LP, CLG, …"""

    uai: str
    secteur: str
    nature: str


@dataclass(frozen=True, slots=True)
class Exercice:
    """An établissement where the agent works, in which `fonction` (DIR, ADM, ENS, …)."""

    uai: str
    secteur: str
    fonction: str
    nature: str


@dataclass(frozen=True, slots=True)
class Delegation:
    """What a chef delegated in DELEG-CE, both days included. `delegant`: the chef's account, not a name."""

    application: str
    debut: date
    fin: date
    delegant: str
    responsabilites: tuple[Responsabilite, ...]


@dataclass(frozen=True, slots=True)
class Gestion:
    """What an agent of the rectorat manages, both days included: an application, in a function by its code."""

    debut: date
    fin: date
    code: str
    application: str


@dataclass(frozen=True, slots=True)
class Defaut:
    """A value that could not be read: of which claim, which one of its values (from 1), and why, in French."""

    attribut: str
    rang: int
    raison: str

    def __str__(self) -> str:
        return f"{self.attribut}, valeur {self.rang} : {self.raison}"


@dataclass(frozen=True, slots=True)
class Vecteur:
    """All that was told and could be read; what was absent or « X » is empty or None."""

    fonction_administrative: str | None = None
    responsabilites: tuple[Responsabilite, ...] = ()
    exercices: tuple[Exercice, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    gestions: tuple[Gestion, ...] = ()
    groupes: tuple[str, ...] = ()
    titre: str | None = None
    rne: str | None = None
    academie: str | None = None
    """Two digits, as everywhere else; the directories write three (`codaca` 009)."""
    defauts: tuple[Defaut, ...] = ()


class _Illisible(Exception):
    """Why one value cannot be read."""


def lire(claims: Mapping[str, object]) -> Vecteur:
    """The vector in these claims, whatever they hold. A claim has one value or a list of them."""
    lecture = _Lecture(claims)
    return Vecteur(
        fonction_administrative=lecture.une("FrEduFonctAdm", _code),
        responsabilites=lecture.toutes("FrEduRneResp", _responsabilite),
        exercices=lecture.toutes("FrEduRne", _exercice),
        delegations=lecture.toutes("FrEduResDel", _delegation),
        gestions=lecture.toutes("FrEduGestResp", _gestion),
        groupes=lecture.toutes("ctgrps", _texte),
        titre=lecture.une("title", _texte),
        rne=lecture.une("rne", _uai),
        academie=lecture.une("codaca", _academie),
        defauts=tuple(lecture.defauts),
    )


class _Lecture:
    """Reads claims and keeps what could not be read; a value that is told twice is kept once."""

    def __init__(self, claims: Mapping[str, object]) -> None:
        self._claims = claims
        self.defauts: list[Defaut] = []

    def toutes(self, attribut: str, lire_une: Callable[[str], T]) -> tuple[T, ...]:
        return tuple(dict.fromkeys(self._lues(attribut, lire_une)))

    def une(self, attribut: str, lire_une: Callable[[str], T]) -> T | None:
        valeurs = self.toutes(attribut, lire_une)
        if len(valeurs) > 1:
            self.defauts.append(Defaut(attribut, 2, "une seule valeur est attendue"))
            return None
        return valeurs[0] if valeurs else None

    def _lues(self, attribut: str, lire_une: Callable[[str], T]) -> Iterator[T]:
        told = self._claims.get(attribut)
        valeurs = told if isinstance(told, (list, tuple)) else [told]
        if len(valeurs) > _MAX_VALEURS:
            self.defauts.append(Defaut(attribut, _MAX_VALEURS + 1, f"plus de {_MAX_VALEURS} valeurs"))
            return
        for rang, valeur in enumerate(valeurs, start=1):
            try:
                if valeur is not None and (texte := _bounded(valeur)) not in _AUCUNE:
                    yield lire_une(texte)
            except _Illisible as error:
                self.defauts.append(Defaut(attribut, rang, str(error)))


def _bounded(valeur: object) -> str:
    if not isinstance(valeur, str):
        raise _Illisible("ce n’est pas un texte")
    if len(valeur) > _MAX_CARACTERES:
        raise _Illisible(f"plus de {_MAX_CARACTERES} caractères")
    return valeur


def _texte(valeur: str) -> str:
    if len(valeur) > _MAX_TEXTE or not lisible(valeur) or valeur != valeur.strip():
        raise _Illisible(f"un texte lisible de {_MAX_TEXTE} caractères au plus est attendu")
    return valeur


def _code(valeur: str) -> str:
    if not _CODE.fullmatch(valeur):
        raise _Illisible("un code de 20 lettres et chiffres au plus est attendu")
    return valeur


def _uai(valeur: str) -> str:
    if not uai.valid(valeur):
        raise _Illisible("l’UAI n’a pas sept chiffres et sa lettre de contrôle")
    return valeur


def _academie(valeur: str) -> str:
    if not _CODACA.fullmatch(valeur) or int(valeur) == 0:
        raise _Illisible("un code d’académie de deux ou trois chiffres est attendu")
    return valeur[-2:]


def _codes(valeur: str, nombre: int) -> list[str]:
    """The fields between `$`. The first is an UAI."""
    champs = valeur.split("$")
    if len(champs) != nombre:
        raise _Illisible(f"{nombre} champs séparés par « $ » sont attendus, il y en a {len(champs)}")
    return [_uai(champs[0]), *map(_code, champs[1:])]


def _responsabilite(valeur: str) -> Responsabilite:
    """`UAI$type$secteur$activité$sigle$nature$code`"""
    numero, _, secteur, _, _, nature, _ = _codes(valeur, 7)
    return Responsabilite(numero, secteur, nature)


def _exercice(valeur: str) -> Exercice:
    """`UAI$type$secteur$fonction$UAI de rattachement$sigle$nature$code`"""
    numero, _, secteur, fonction, _, _, nature, _ = _codes(valeur, 8)
    return Exercice(numero, secteur, fonction, nature)


def _delegation(valeur: str) -> Delegation:
    """`application|URL|début|fin|délégant|FrEduRneResp=…;…|serveur|module|`; the last bar may be missing.

    The URL's `applicationname` is the resource that was delegated. One établissement that cannot be read
    damages the whole delegation: nobody knows which it was.
    """
    champs = valeur.removesuffix("|").split("|") if valeur.count("|") == 8 else valeur.split("|")
    if len(champs) != 8:
        raise _Illisible(f"8 champs séparés par « | » sont attendus, il y en a {len(champs)}")
    _, url, debut, fin, delegant, etablissements, _, _ = champs
    if not etablissements.startswith(_RESPONSABILITE):
        raise _Illisible("la délégation ne porte pas sur des établissements (FrEduRneResp=…)")
    told = [one for one in etablissements.removeprefix(_RESPONSABILITE).split(";") if one not in _AUCUNE]
    if not told:
        raise _Illisible("la délégation ne porte sur aucun établissement")
    if not delegant.strip():
        raise _Illisible("la délégation ne dit pas de qui elle vient")
    premier, dernier = _periode(debut, fin)
    responsabilites = tuple(dict.fromkeys(map(_responsabilite, told)))
    return Delegation(_application(url), premier, dernier, _texte(delegant), responsabilites)


def _application(url: str) -> str:
    try:
        named = parse_qs(urlsplit(url).query, max_num_fields=20).get("applicationname", [])
    except ValueError:
        named = []
    if len(named) != 1:
        raise _Illisible("l’adresse ne dit pas une application (applicationname=…)")
    return _texte(named[0])


def _gestion(valeur: str) -> Gestion:
    """`début$fin$…$code$application`: between the dates and the code stands what is not ours to know."""
    champs = valeur.split("$")
    if len(champs) < 4:
        raise _Illisible(f"au moins 4 champs séparés par « $ » sont attendus, il y en a {len(champs)}")
    debut, fin = _periode(champs[0], champs[1])
    code, application = _code(champs[-2]), _code(champs[-1])
    if not code or not application:
        raise _Illisible("le code ou l’application manque")
    return Gestion(debut, fin, code, application)


def _periode(debut: str, fin: str) -> tuple[date, date]:
    premier, dernier = _date(debut), _date(fin)
    if dernier < premier:
        raise _Illisible("la fin est avant le début")
    return premier, dernier


def _date(valeur: str) -> date:
    """31/12/9999 is « without end »."""
    try:
        if not _DATE.fullmatch(valeur):
            raise ValueError
        return datetime.strptime(valeur, "%d/%m/%Y").date()  # noqa: DTZ007  # a day, in no zone
    except ValueError:
        raise _Illisible("une date JJ/MM/AAAA est attendue") from None
