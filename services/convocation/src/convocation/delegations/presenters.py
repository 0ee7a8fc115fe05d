"""A delegation as a person reads it, and as the API tells it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from convocation.delegations.domain import LIBELLES, Droit, Etat, etat
from convocation.delegations.reads import Delegation
from convocation.delegations.sql import DelegueParDelegCe
from event_schemas.academies import local_time

_BADGES = {
    Etat.EN_COURS: ("success", "En cours"),
    Etat.A_VENIR: ("info", "À venir"),
    Etat.FINIE: ("", "Terminée"),
}
_FIELDS = ("nom", "courriel", "droit")


def line(row: Delegation, jour: date, academie: str) -> dict[str, Any]:
    """A line of the chef's page."""
    state = etat_of(row, jour)
    badge = ("", "Retirée") if row.retiree_le else _BADGES[state]
    return {
        "delegation_id": row.delegation_id,
        **row.only("nom", "courriel", "debut", "fin", "chef_nom", "retiree_par"),
        "droit": LIBELLES[Droit(row.droit)],
        "etat": state.value,
        "badge": badge,
        "connue": row.compte is not None,
        "retiree_le": local_time(academie, row.retiree_le) if row.retiree_le else None,
    }


def par_deleg_ce(row: DelegueParDelegCe, academie: str) -> dict[str, Any]:
    """A line of those whom DELEG-CE told of."""
    return dict(row) | {"vue_le": local_time(academie, row.vue_le)}


def etat_of(row: Delegation, jour: date) -> Etat:
    return etat(row.debut, row.fin, retiree=row.retiree_le is not None, jour=jour)


def told(rows: Sequence[Delegation], jour: date) -> list[dict[str, Any]]:
    """As the API lists them."""
    return [
        {
            "delegation_id": str(row.delegation_id),
            **row.only(*_FIELDS),
            "debut": row.debut.isoformat(),
            "fin": row.fin.isoformat(),
            "etat": etat_of(row, jour).value,
            "par": row.chef_nom,
            "le": row.le.isoformat(),
            "retiree_le": row.retiree_le.isoformat() if row.retiree_le else None,
            "retiree_par": row.retiree_par,
        }
        for row in rows
    ]
