"""JSON Lines of closings: each line a body as the topic bears it, or the same in a CloudEvents 1.0 envelope."""

import json
from typing import Any

from mission_import.domain.fichier import Brute, Fichier

TYPE = "fr.cyclades.inscriptions-closed.v1"


def lire(lignes: list[bytes], fichier: Fichier) -> None:
    """Fill `fichier`; empty lines are passed over."""
    for numero, brut in enumerate(lignes, start=1):
        if not brut.strip():
            continue
        try:
            fichier.clotures.append(_cloture(numero, _objet(brut)))
        except _Faute as faute:
            fichier.fautes.ajouter(numero, faute.colonne, faute.phrase)


class _Faute(ValueError):
    def __init__(self, colonne: str, phrase: str) -> None:
        super().__init__(phrase)
        self.colonne, self.phrase = colonne, phrase


def _cloture(numero: int, objet: dict[str, Any]) -> Brute:
    if "specversion" not in objet:
        return Brute(objet, numero)
    if objet["specversion"] != "1.0" or objet.get("type") != TYPE:
        raise _Faute("type", f"Un CloudEvent 1.0 de type {TYPE} est attendu.")
    ce_id, data = objet.get("id"), objet.get("data")
    if not isinstance(ce_id, str) or not 0 < len(ce_id) <= 200 or not ce_id.isprintable():
        raise _Faute("id", "L’identifiant de l’événement manque ou n’a pas la forme attendue.")
    if not isinstance(data, dict):
        raise _Faute("data", "Le corps de l’événement est un objet JSON.")
    if objet.get("subject", data.get("uai")) != data.get("uai"):
        raise _Faute("subject", "Ce n’est pas l’UAI de « data ».")
    return Brute(data, numero, ce_id)


def _objet(brut: bytes) -> dict[str, Any]:
    try:
        objet = json.loads(brut.decode(), object_pairs_hook=_sans_double)
    except UnicodeDecodeError as error:
        raise _Faute("", f"Octet {error.start + 1} : ce n’est pas de l’UTF-8, que le JSON demande.") from None
    except json.JSONDecodeError as error:
        raise _Faute("", f"Caractère {error.colno} : ce n’est pas du JSON.") from None
    except _Faute:
        raise
    except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
        raise _Faute("", "Ce n’est pas du JSON acceptable : trop de niveaux, ou un nombre trop long.") from None
    if not isinstance(objet, dict):
        raise _Faute("", "Une ligne est un objet JSON.")
    return objet


def _sans_double(paires: list[tuple[str, Any]]) -> dict[str, Any]:
    trouve = dict(paires)
    if len(trouve) != len(paires):
        raise _Faute("", "Une clé JSON est donnée deux fois.")
    return trouve
