"""The functions that a person may act as, in words."""

from collections.abc import Mapping, Sequence

from acces.acteur import Acteur
from convocation.cadre.ecran import FONCTIONS
from event_schemas.academies import NOMS


def choix(fonctions: Sequence[Acteur], places: Mapping[str, str]) -> list[dict[str, str]]:
    """`places`: names of établissements by UAI; one without missions is told by its UAI."""
    return [{"fonction": FONCTIONS.get(one.role, one.role.value), "lieu": _lieu(one, places)} for one in fonctions]


def _lieu(acteur: Acteur, places: Mapping[str, str]) -> str:
    if acteur.uais:
        return ", ".join(places.get(uai, uai) for uai in sorted(acteur.uais))
    return ", ".join(f"académie de {NOMS.get(code, code)}" for code in sorted(acteur.academies))
