"""From what a provider tells to functions: a role and its reach (R54–R57). What the table does not name gives none.

Pure: the table comes from the settings, what our own tables know comes as an argument.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Literal
from uuid import NAMESPACE_URL, uuid5

from acces.acteur import Role
from convocation.identite.vecteur import Delegation, Vecteur
from event_schemas.academies import zone
from francais import date_longue, enumeration

SA_PROPRE_ACADEMIE = "codaca"
"""In a rule: the académie that the claim `codaca` names."""
_DIRECTION = "DIR"
_ACADEMIE = re.compile(r"[0-9]{2}")
_RECTORAT = frozenset({Role.GESTIONNAIRE, Role.ADMINISTRATEUR})


@dataclass(frozen=True, slots=True)
class Regle:
    """Who has this value of this claim has this role. For a gestionnaire: of which académies, by their two digits.

    A value of FrEduGestResp is its code and application: `805$IMAGIN`. Raises ValueError for what makes no sense.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    attribut: Literal["ctgrps", "title", "FrEduGestResp"]
    valeur: str
    role: Role
    academies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.role not in _RECTORAT:
            raise ValueError("a rule makes a gestionnaire or an administrateur: the other roles come from the vector")
        if not self.valeur:
            raise ValueError("a rule needs a value")
        if any(one != SA_PROPRE_ACADEMIE and not _ACADEMIE.fullmatch(one) for one in self.academies):
            raise ValueError(f"an académie has two digits, or is « {SA_PROPRE_ACADEMIE} »")
        if bool(self.academies) != (self.role is Role.GESTIONNAIRE):
            raise ValueError("a gestionnaire has académies, an administrateur has none")


@dataclass(frozen=True, slots=True)
class Exigence:
    """How strongly one must have signed in: by one of these `acr`, or with one of these `amr`; neither: anyhow."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()

    @property
    def demande(self) -> str | None:
        """What the provider is asked for (`acr_values`)."""
        return " ".join(self.acr) or None

    def tenue(self, acr: str | None, amr: Collection[str]) -> bool:
        """Whether a sign-in like this is strong enough."""
        return not (self.acr or self.amr) or acr in self.acr or not set(self.amr).isdisjoint(amr)


_SECOND_FACTEUR = Exigence(acr=("eidas2", "eidas3"), amr=("mfa",))
_D_OFFICE = dict.fromkeys(_RECTORAT, _SECOND_FACTEUR)


@dataclass(frozen=True, slots=True)
class Table:
    """`applications`: our names in DELEG-CE. `exigences`: by role, for those that shall differ from what we ask.

    Without a word of the table the rectorat needs a second factor, and the others do not.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    applications: tuple[str, ...] = ("imagin",)
    regles: tuple[Regle, ...] = ()
    exigences: Mapping[Role, Exigence] = field(default_factory=dict)

    def exigence(self, role: Role) -> Exigence:
        return self.exigences.get(role) or _D_OFFICE.get(role) or Exigence()


@dataclass(frozen=True, slots=True)
class Fonction:
    """One function of a person. `pour`: the chef who delegated it; `fin`: its last day; `numero`: the intervenant's.

    An établissement's académie is not in it: missions know it.
    """

    role: Role
    uais: frozenset[str] = frozenset()
    academies: frozenset[str] = frozenset()
    pour: str = ""
    fin: date | None = None
    numero: str = ""

    def signe(self, nom: str) -> str:
        """Who did an act, for the audit: « X », or « X pour Y »."""
        return f"{nom} pour {self.pour}" if self.pour else nom

    def finit(self, academies: Collection[str]) -> datetime | None:
        """The instant at which it ends: midnight after its last day, where that comes first in `academies`.

        Whoever wrote the last day that there is meant no end.
        """
        if self.fin is None or self.fin == date.max:
            return None
        midnight = datetime.combine(self.fin + timedelta(days=1), time())
        return min(midnight.replace(tzinfo=zone(one)) for one in academies or ["*"])


@dataclass(frozen=True, slots=True)
class Droits:
    """What a person may be. `a_renforcer`: only after a stronger sign-in. `refus`: why it is nothing, in French."""

    fonctions: tuple[Fonction, ...] = ()
    a_renforcer: tuple[Fonction, ...] = ()
    refus: str = ""


def compte(issuer: str, sub: str) -> str:
    """The account of a person at a provider: the same at each sign-in, whatever name, address or function becomes."""
    return str(uuid5(uuid5(NAMESPACE_URL, issuer), sub))


def droits(
    vecteur: Vecteur,
    table: Table,
    *,
    acr: str | None,
    amr: Collection[str],
    jour: date,
    locales: Iterable[Fonction] = (),
) -> Droits:
    """All functions of a person on this day. `locales`: those of our own tables (accounts, the directory)."""
    toutes = _reunies([*_de_direction(vecteur, table, jour), *_du_rectorat(vecteur, table, jour), *locales])
    tenues = tuple(one for one in toutes if table.exigence(one.role).tenue(acr, amr))
    a_renforcer = tuple(one for one in toutes if one not in tenues)
    return Droits(tenues, a_renforcer, "" if toutes else _refus(vecteur, table, jour))


def _de_direction(vecteur: Vecteur, table: Table, jour: date) -> Iterator[Fonction]:
    """The chef of all their établissements (a cité scolaire has several), and whoever a chef delegated to.

    Only DIR answers for an établissement; a chef needs no delegation for it.
    """
    siens: frozenset[str] = frozenset()
    if vecteur.fonction_administrative == _DIRECTION:
        siens = frozenset(one.uai for one in vecteur.responsabilites)
    if siens:
        yield Fonction(Role.CHEF, uais=siens)
    for delegation in vecteur.delegations:
        uais = frozenset(one.uai for one in delegation.responsabilites) - siens
        if uais and _pour_nous(delegation, table) and delegation.debut <= jour <= delegation.fin:
            fin = None if delegation.fin == date.max else delegation.fin
            yield Fonction(Role.DELEGUE, uais=uais, pour=delegation.delegant, fin=fin)


def _pour_nous(delegation: Delegation, table: Table) -> bool:
    return delegation.application in table.applications


def _du_rectorat(vecteur: Vecteur, table: Table, jour: date) -> Iterator[Fonction]:
    valeurs: Mapping[str, Collection[str]] = {
        "ctgrps": vecteur.groupes,
        "title": [vecteur.titre] if vecteur.titre else [],
        "FrEduGestResp": [f"{one.code}${one.application}" for one in vecteur.gestions if one.debut <= jour <= one.fin],
    }
    for regle in table.regles:
        if regle.valeur in valeurs[regle.attribut]:
            siennes = {vecteur.academie} if vecteur.academie else set()
            nommees = {one for one in regle.academies if one != SA_PROPRE_ACADEMIE}
            academies = nommees | (siennes if SA_PROPRE_ACADEMIE in regle.academies else set())
            if academies or regle.role is Role.ADMINISTRATEUR:
                yield Fonction(regle.role, academies=frozenset(academies))


def _reunies(fonctions: Iterable[Fonction]) -> list[Fonction]:
    """One function for all that differs in its reach alone: a gestionnaire of three académies is one (SIEC)."""
    par_genre: dict[Fonction, Fonction] = {}
    for one in fonctions:
        genre = replace(one, uais=frozenset(), academies=frozenset())
        known = par_genre.get(genre, genre)
        par_genre[genre] = replace(genre, uais=known.uais | one.uais, academies=known.academies | one.academies)
    return list(par_genre.values())


def _refus(vecteur: Vecteur, table: Table, jour: date) -> str:
    """What the person reads, with what the portal's helpdesk needs to know."""
    phrases = ["Votre compte est reconnu, mais il ne donne aucune fonction dans IMAG’IN."]
    phrases += [_hors_dates(one, jour) for one in vecteur.delegations if _pour_nous(one, table)]
    if vecteur.fonction_administrative == _DIRECTION and not vecteur.responsabilites:
        phrases.append("Vous êtes personnel de direction, mais aucun établissement ne vous est attribué.")
    if vecteur.defauts:
        told = enumeration(str(one) for one in vecteur.defauts[:3])
        phrases.append(f"Le portail a transmis des informations illisibles ({told}).")
    phrases.append("Adressez-vous à votre chef d’établissement, ou au gestionnaire IMAGIN de votre académie.")
    return " ".join(phrases)


def _hors_dates(delegation: Delegation, jour: date) -> str:
    if jour < delegation.debut:
        return f"La délégation de {delegation.delegant} ne commence que le {date_longue(delegation.debut)}."
    return f"La délégation de {delegation.delegant} a pris fin le {date_longue(delegation.fin)}."
