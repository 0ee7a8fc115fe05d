"""Facts as they are told: in a letter, point by point, and on the page with what became of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from convocation.avis.commands import Lettre
from convocation.avis.domain import TITRES, Fait, Sorte, SortLettre, adresse, phrase
from convocation.avis.sql import FaitRow
from event_schemas.academies import local_time
from francais import moment

_PERDUES = {SortLettre.ECHOUEE: "mail en échec", SortLettre.REVENUE: "mail revenu"}


def letter(one: Lettre, public_url: str) -> dict[str, Any]:
    """What the notifier sends. `id` is the mail's identity: the same letter again is the same mail."""
    row = one.row
    page = f"{public_url}/avis/{row.uai}"
    return {
        "id": str(row.id),
        "uai": row.uai,
        "le": row.le.isoformat(),
        "courriel": row.courriel,
        "nom": row.etablissement_nom,
        "commune": row.etablissement_commune,
        "page": page,
        "points": _points(one.faits, public_url),
    }


def _points(rows: Sequence[FaitRow], public_url: str) -> list[dict[str, str]]:
    """The most urgent first; what would be read twice stands once."""
    ranks = {sorte: rank for rank, sorte in enumerate(Sorte)}
    ordered = sorted(rows, key=lambda row: ranks[Sorte(row.sorte)])
    found = [_point(row, public_url) for row in ordered]
    return list({tuple(one.values()): one for one in found}.values())


def _point(row: FaitRow, public_url: str) -> dict[str, str]:
    one = fact_of(row)
    point = {
        "titre": TITRES[one.sorte],
        "phrase": phrase(one),
        "lien": f"{public_url}{adresse(one, row.uai)}",
        "session": row.session,
    }
    return point | ({"texte": one.texte} if one.texte else {})


def fact_of(row: FaitRow) -> Fait:
    """Its times by the académie's clocks."""
    return Fait(
        Sorte(row.sorte),
        row.session,
        row.vrai,
        convocation_id=row.convocation_id,
        libelle=row.libelle,
        voie=row.voie,
        debut=_here(row, row.debut),
        fin=_here(row, row.fin),
        manquent=row.manquent,
        actes=row.actes,
        motif=row.motif_rappel,
        texte=row.texte,
    )


def _here(row: FaitRow, instant: datetime | None) -> datetime | None:
    return local_time(row.academie, instant) if instant else None


def line(row: FaitRow) -> dict[str, Any]:
    """A fact on the page."""
    one = fact_of(row)
    return {
        "le": local_time(row.academie, row.le),
        "phrase": phrase(one),
        "texte": one.texte,
        "adresse": adresse(one, row.uai) if row.vrai else "",
        "etat": _state(row),
    }


def _state(row: FaitRow) -> tuple[str, str]:
    """Kind of badge, where it is to be seen from afar, and words."""
    if row.sort == SortLettre.ENVOYEE and row.finie_le:
        return "", f"dit le {moment(local_time(row.academie, row.finie_le))}"
    if row.sort in _PERDUES:
        return "error", f"{_PERDUES[SortLettre(row.sort)]}\u00a0: {row.motif or 'sans raison connue'}"
    if not row.vrai or row.sort == SortLettre.SANS_OBJET:
        return "", "plus d’actualité"
    return "info", "pas encore"
