"""Why a record of closings is a dead letter, in words for who sent it; no phrase cites a value (0058)."""

import json
import re
from collections.abc import Mapping

from chassis.envelopes import Malformed, Record, unwrap
from mission_import.domain.fichier import Brute, Fautes
from mission_import.use_cases.read_file import closing_of

_PHRASES: Mapping[str, str] = {
    "the value is not JSON": "la valeur n’est pas du JSON en UTF-8",
    "the event is not a JSON object": "l’événement n’est pas un objet JSON",
    "the batch is not a JSON array": "le lot n’est pas un tableau JSON",
    "attribute specversion is not 1.0": "l’attribut specversion n’est pas 1.0",
    "attribute data is missing": "l’attribut data est absent",
    "attribute data_base64 is not base64": "l’attribut data_base64 n’est pas du base64",
    "content-type: of CloudEvents only +json is read": "des formats de CloudEvents, seul +json est lu",
    "tombstone: the record has no value": "la valeur est nulle",
    "unknown event type": "le type de l’événement n’est pas fr.cyclades.inscriptions-closed.v1",
    "header ce_type is missing": "l’en-tête ce_type est absent, et content-type n’annonce pas un événement entier",
    "the record's key is not the key of its body": "la clé de l’enregistrement n’est pas l’UAI de la clôture",
    "the timestamp of the record is outside of the years 1 to 9999": "sa date est hors des années 1 à 9999",
    "same version, other content": "cette révision est déjà reçue avec un autre contenu",
    "body: json_invalid": "le corps n’est pas du JSON en UTF-8",
    "body: model_type": "le corps n’est pas un objet JSON",
}
_FORMS = (
    (r"attribute (\w+) is missing", r"l’attribut \1 est absent"),
    (r"attribute (\w+) is not a text", r"l’attribut \1 n’est pas un texte"),
    (r"header ([\w-]+) is null", r"l’en-tête \1 est nul"),
    (r"header ([\w-]+) stands twice", r"l’en-tête \1 est en double"),
    (r"header ([\w-]+) is not UTF-8", r"l’en-tête \1 n’est pas de l’UTF-8"),
    (r"header ([\w-]+) has U\+0000", r"l’en-tête \1 contient U+0000"),
    (r"header ([\w-]+) has (\d+) bytes, more than (\d+)", r"l’en-tête \1 a \2 octets, plus que \3"),
    (r"the value has (\d+) bytes, more than (\d+)", r"la valeur a \1 octets, plus que \2"),
    (r"the batch has (\d+) events, it may have 1 to (\d+)", r"le lot a \1 événements ; il en a de 1 à \2"),
)
_UNTOLD = {
    "DECODE": "l’enregistrement n’est pas lisible",
    "APPLY": "IMAG’IN n’a pas su l’appliquer : ses exploitants le voient aussi",
    "DELETED": "des enregistrements ont été effacés du topic avant d’être lus",
}
_PART = re.compile(r"event \d+ of the batch: ")
CONFLIT = _PHRASES["same version, other content"]


def explain(record: Record, stage: str, reason: str) -> list[str]:
    """The faults of its body by their place, else the reason; each begins small and has no full stop."""
    if stage == "DECODE" and (found := _faults(record)):
        return found
    return [_phrase(stage, _PART.sub("", reason))]


def _faults(record: Record) -> list[str]:
    try:
        corps = json.loads(unwrap(record)[1])
    except (Malformed, ValueError, RecursionError):
        return []
    if not isinstance(corps, dict):
        return []
    fautes = Fautes()
    closing_of(Brute(corps, 1), fautes)
    return [f"{one.colonne} : {_small(one.phrase)}" if one.colonne else _small(one.phrase) for one in fautes.premieres]


def _small(phrase: str) -> str:
    return phrase[0].lower() + phrase[1:].rstrip(".")


def _phrase(stage: str, reason: str) -> str:
    if reason in _PHRASES:
        return _PHRASES[reason]
    for form, phrase in _FORMS:
        if re.fullmatch(form, reason):
            return re.sub(form, phrase, reason)
    return _UNTOLD.get(stage, _UNTOLD["DECODE"])
