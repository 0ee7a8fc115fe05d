"""What the schemas' rules say of a fault, in French, for who gives a file of closings; no phrase cites a value."""

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "missing": "champ absent",
    "int_type": "un nombre entier est attendu",
    "int_from_float": "un nombre entier est attendu",
    "greater_than_equal": "le nombre est trop petit",
    "less_than_equal": "le nombre est trop grand",
    "string_type": "un texte est attendu",
    "string_pattern_mismatch": "le texte n’a pas la forme attendue",
    "string_too_short": "le texte est vide",
    "string_too_long": "le texte est trop long",
    "string_unicode": "le texte contient un caractère illisible",
    "literal_error": "valeur inconnue",
    "timezone_aware": "l’heure doit porter son fuseau",
    "datetime_type": "une date et une heure sont attendues",
    "datetime_parsing": "une date et une heure sont attendues (2019-11-09T18:30:00+01:00)",
    "datetime_from_date_parsing": "une date et une heure sont attendues (2019-11-09T18:30:00+01:00)",
    "list_type": "une liste est attendue",
    "model_type": "un objet est attendu",
    "too_long": "la liste est trop longue",
}
"""Pydantic's type of a fault → its phrase, without capital and full stop."""
