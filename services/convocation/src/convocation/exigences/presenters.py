"""Rules of épreuves → JSON and the values of templates."""

from typing import Any

from convocation.exigences.commands import Effet
from convocation.exigences.domain import NATIONALE, Exigence
from convocation.exigences.sql import LigneExigence
from event_schemas.academies import NOMS


def academie_of(adresse: str) -> str:
    """`nationale` in an address is '*'."""
    return NATIONALE if adresse == "nationale" else adresse


def exigence(row: LigneExigence) -> dict[str, Any]:
    """As the API answers it."""
    return {
        "academie": row.pour,
        "code": row.code,
        "libelle": row.libelle,
        "origine": row.academie,
        "version": row.version or 0,
        "missions_ouvertes": row.missions,
    } | row.exigence.etat()


def effet(told: Effet) -> dict[str, Any]:
    """As the API answers it."""
    beside = {"total", "deficitaires"}
    missions = [{name: value for name, value in row.items() if name not in beside} for row in told.missions]
    return {"total": told.total, "deficitaires": told.deficitaires, "missions": missions}


def ligne(row: LigneExigence, noms: dict[str, str]) -> dict[str, Any]:
    """A line of the list on a page; `noms`: the nomenclature of disciplines."""
    return {
        "code": row.code,
        "libelle": row.libelle or row.code,
        "missions": row.missions,
        "origine": origine(row.academie),
        "regle": regle(row.exigence, noms),
    }


def regle(held: Exigence, noms: dict[str, str]) -> dict[str, Any]:
    """What a rule asks for, in words."""
    profils = [(nom, [noms.get(code, code) for code in sorted(codes)]) for nom, codes in held.profils.items()]
    numbers = {"lot_copies": held.lot_copies, "correcteurs": held.correcteurs}
    return {"profils": profils} | numbers


def origine(source: str | None) -> tuple[str, str]:
    """Badge of whose rule holds."""
    if source is None:
        return "", "Aucune règle"
    return ("info", "Règle de l’académie") if source != NATIONALE else ("", "Règle nationale")


def portee(academie: str) -> dict[str, str]:
    """How an académie or the nation is named in an address and in a sentence."""
    if academie == NATIONALE:
        return {"adresse": "nationale", "nom": "Règles nationales"}
    return {"adresse": academie, "nom": f"Académie de {NOMS.get(academie, academie)}"}
