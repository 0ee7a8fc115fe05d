"""Accounts and rights as a person reads them, and as the API tells them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from acces.acteur import Role
from convocation.cadre.ecran import FONCTIONS
from convocation.comptes.reads import Attribution, Compte, Personne
from event_schemas.academies import NOMS, local_time
from francais import date_longue, enumeration


def nom_du_role(role: str) -> str:
    return FONCTIONS.get(Role(role), role)


def donnees(texte: str) -> list[str]:
    """What the provider's word gave at the last sign-in, a sentence each."""
    return [_donnee(one) for one in json.loads(texte)]


def _donnee(one: dict[str, Any]) -> str:
    where = enumeration([*(f"académie de {NOMS.get(code, code)}" for code in one["academies"]), *one["uais"]])
    told = f"{nom_du_role(one['role'])}{f', {where}' if where else ''}"
    told += f", pour {one['pour']}" if one["pour"] else ""
    return f"{told}, jusqu’au {date_longue(date.fromisoformat(one['fin']))}" if one["fin"] else told


def right(row: Attribution, jour: date) -> dict[str, Any]:
    """A right given here, as a line."""
    return {
        "attribution_id": row.attribution_id,
        "role": nom_du_role(row.role),
        "academies": enumeration(NOMS.get(code, code) for code in row.academies),
        "fin": row.fin,
        "le": local_time("*", row.le),
        "par": row.par_nom,
        "en_cours": en_cours(row, jour),
        "retiree_le": _local(row.retiree_le),
        "retiree_par": row.retiree_par,
    }


def en_cours(row: Attribution, jour: date) -> bool:
    return row.retiree_le is None and (row.fin is None or jour <= row.fin)


def lines(people: Sequence[Personne], rights: Iterable[Attribution], jour: date) -> list[dict[str, Any]]:
    """The list: each person with what they have, from here and from the ministry."""
    by_person = defaultdict(list)
    for one in rights:
        by_person[one.compte or one.courriel].append(right(one, jour))
    return [
        {
            **one.only("compte", "nom", "courriel"),
            "droits": by_person[one.compte or one.courriel],
            "donnees": donnees(one.donnees),
            "vue_le": _local(one.vue_le),
            "desactive": one.desactive_le is not None,
        }
        for one in people
    ]


def compte(row: Compte) -> dict[str, Any]:
    """The account's own page."""
    return {
        **row.only("compte", "emetteur", "nom", "courriel", "desactive_par"),
        "donnees": donnees(row.donnees),
        "premiere_le": _local(row.premiere_le),
        "vue_le": _local(row.vue_le),
        "desactive_le": _local(row.desactive_le),
    }


def told_personne(one: Personne, rights: Iterable[Attribution]) -> dict[str, Any]:
    """A line of the API's list."""
    own = [told_right(right) for right in rights if (right.compte or right.courriel) == (one.compte or one.courriel)]
    return {
        **one.only("compte", "nom", "courriel"),
        "actif": one.desactive_le is None,
        "vue_le": _iso(one.vue_le),
        "attributions": own,
        "donnees": json.loads(one.donnees),
    }


def told_compte(row: Compte, rights: Iterable[Attribution]) -> dict[str, Any]:
    """One account in the API."""
    return {
        **row.only("compte", "emetteur", "nom", "courriel", "desactive_par"),
        "actif": row.desactive_le is None,
        "premiere_le": _iso(row.premiere_le),
        "vue_le": _iso(row.vue_le),
        "desactive_le": _iso(row.desactive_le),
        "attributions": [told_right(one) for one in rights],
        "donnees": json.loads(row.donnees),
    }


def told_right(row: Attribution) -> dict[str, Any]:
    return {
        "attribution_id": str(row.attribution_id),
        **row.only("role", "academies", "retiree_par"),
        "fin": row.fin.isoformat() if row.fin else None,
        "le": _iso(row.le),
        "par": row.par_nom,
        "retiree_le": _iso(row.retiree_le),
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _local(instant: datetime | None) -> datetime | None:
    return local_time("*", instant) if instant else None
