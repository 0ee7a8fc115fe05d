"""The functions that a person may act as, and her open sessions, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from acces.acteur import Acteur
from convocation.cadre.ecran import FONCTIONS
from convocation.entrees.reads import Ouverte
from event_schemas.academies import NOMS, local_time


def choix(fonctions: Sequence[Acteur], places: Mapping[str, str]) -> list[dict[str, str]]:
    """`places`: names of établissements by UAI; one without missions is told by its UAI."""
    return [{"fonction": FONCTIONS.get(one.role, one.role.value), "lieu": _lieu(one, places)} for one in fonctions]


def connexions(found: Iterable[Ouverte], academie: str) -> list[dict[str, Any]]:
    """Open sessions, by the clocks of `academie`."""
    return [
        {
            **one.only("entree_id", "ici"),
            "navigateur": one.navigateur or "Navigateur inconnu",
            "ouverte_le": local_time(academie, one.ouverte_le),
            "vue_le": local_time(academie, one.vue_le),
        }
        for one in found
    ]


def _lieu(acteur: Acteur, places: Mapping[str, str]) -> str:
    if acteur.uais:
        return ", ".join(places.get(uai, uai) for uai in sorted(acteur.uais))
    return ", ".join(f"académie de {NOMS.get(code, code)}" for code in sorted(acteur.academies))
