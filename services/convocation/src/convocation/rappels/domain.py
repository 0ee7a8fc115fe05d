"""What the rectorat reminds an établissement of, in which words, and who is ticked. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from convocation.avis.domain import Motif
from convocation.commun.refus import entier
from convocation.rappels.refus import MarqueInconnue, TexteVide
from francais import enumeration, moment, pluriel

MAX_RAPPEL = 1_500
"""Characters of a reminder, before the figures of each établissement stand in it."""
LIBELLES = {
    Motif.RIEN: "N’a convoqué personne",
    Motif.RESTE: "A commencé, il reste des missions",
    Motif.SIGNATURE: "N’a pas renseigné sa signature",
    Motif.LECTURE: "Des personnes n’ont pas lu",
}
MARQUES = {
    "{lycee}": "nom et commune",
    "{session}": "la session",
    "{missions}": "« 3 missions sont sans convocation »",
    "{personnes}": "« 12 personnes n’ont pas lu leur convocation »",
    "{echeance}": "« Le service de convocation ferme le … » ; rien où aucune fin n’est fixée",
}
"""What may stand in a text, and what takes its place."""
_MARQUE = re.compile(r"\{[^{}\n]{0,40}\}")
_FIN = "Le rectorat reste à votre disposition."
MODELES = {
    Motif.RIEN: (
        "{lycee} n’a encore convoqué personne pour la session {session}\u00a0: {missions}.",
        "{echeance}",
        "Sans convocation, personne n’entre dans SANTORIN et les copies ne sont pas corrigées.",
        "Merci de préparer la session dès maintenant.",
    ),
    Motif.RESTE: (
        "Pour la session {session}, {lycee} a commencé à convoquer, mais {missions}.",
        "{echeance}",
        "Merci de terminer dès que possible.",
    ),
    Motif.SIGNATURE: (
        "La signature du chef d’établissement de {lycee} n’est pas renseignée.",
        "Les convocations de la session {session} la portent\u00a0: merci de la renseigner avant de les éditer.",
        "{echeance}",
    ),
    Motif.LECTURE: (
        "Pour la session {session}, à {lycee}, {personnes}.",
        "Merci de les relancer, ou de leur remettre la convocation en main propre.",
        "{echeance}",
    ),
}


def modele(motif: Motif) -> str:
    """The text that is proposed for a reason; the letter says « Bonjour » before it."""
    return "\n\n".join((*MODELES[motif], _FIN))


class EnRetard(Protocol):
    """An établissement with its figures."""

    @property
    def uai(self) -> str: ...
    @property
    def nom(self) -> str: ...
    @property
    def sans_personne(self) -> int: ...
    @property
    def non_lues(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Service:
    """`fin`: when it closes, by the académie's clocks; `raison`: why it is closed."""

    fin: datetime | None
    raison: str

    @property
    def echeance(self) -> str:
        return self.raison or (f"Le service de convocation ferme le {moment(self.fin)}." if self.fin else "")


def verifier(texte: str) -> str:
    """The text as it is kept. Raises TexteVide, TexteTropLong, MarqueInconnue."""
    clean = entier(texte.strip(), "texte", MAX_RAPPEL)
    if not clean:
        raise TexteVide
    unknown = sorted(set(_MARQUE.findall(clean)) - MARQUES.keys())
    if unknown:
        raise MarqueInconnue(
            f"{enumeration(unknown)} n’est remplacé par rien. Les mots possibles sont {enumeration(MARQUES)}.", "texte"
        )
    return clean


def rempli(texte: str, session: str, one: EnRetard, service: Service) -> str:
    """The text for one établissement; what is empty leaves no blank line."""
    missions = ("mission est sans convocation", "missions sont sans convocation")
    personnes = ("personne n’a pas lu sa convocation", "personnes n’ont pas lu leur convocation")
    values = {
        "{lycee}": one.nom,
        "{session}": session,
        "{missions}": pluriel(one.sans_personne, *missions),
        "{personnes}": pluriel(one.non_lues, *personnes),
        "{echeance}": service.echeance,
    }
    filled = _MARQUE.sub(lambda found: values.get(found[0], found[0]), texte)
    return re.sub(r"\n{3,}", "\n\n", filled).strip()


def recent(le: datetime | None, now: datetime, delai: timedelta) -> bool:
    """Whether a reminder of then is too near for another."""
    return le is not None and le > now - delai


def marque_recente(uai: str, rang: int) -> str:
    """The mark of who was reminded a short while ago; `rang`: of that reminder, for another one is another mark."""
    return f"{uai}:{rang}"


def marque_fermee(uai: str) -> str:
    """The mark of who cannot convoke at present."""
    return f"{uai}:ferme"


@dataclass(slots=True)
class Coches:
    """Whose boxes are ticked, over all pages. `marques`: the marks that the page showed when they were ticked."""

    uais: set[str] = field(default_factory=set)
    marques: set[str] = field(default_factory=set)

    def voulus(self, held_back: Mapping[str, AbstractSet[str]]) -> set[str]:
        """Ticked although they were marked, by all marks that they have."""
        return {uai for uai in self.uais if held_back.get(uai) and held_back[uai] <= self.marques}

    def rangs(self) -> dict[str, int | None]:
        """Of those ticked, the rank of the near reminder that was shown."""
        shown = (one.partition(":") for one in self.marques)
        return {uai: int(rang) for uai, _, rang in shown if uai in self.uais and rang.isdecimal()}

    def keep(self, offered: Collection[str], held_back: Mapping[str, AbstractSet[str]]) -> list[str]:
        """Untick who is no longer offered, and who was marked since. Returns these, in order."""
        self.uais &= set(offered)
        since = sorted(uai for uai in self.uais if not held_back.get(uai, set()) <= self.marques)
        self.uais -= set(since)
        return since


def page_of(rows: Sequence[EnRetard], number: int, size: int) -> tuple[int, int]:
    """The number of the page that is shown, from 1, and how many there are."""
    pages = max(1, -(-len(rows) // size))
    return min(max(1, number), pages), pages
