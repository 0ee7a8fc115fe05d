"""A file of closings (JSON Lines of CloudEvents in structured mode): all lines are checked before one is sent."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.phrases import PHRASES
from imagin_dev.cyclades.closings import TYPE, line

_SHOWN = 20
_RULES = {
    "uai: wrong check letter": "uai : la lettre de contrôle est fausse",
    "epreuves: the same (voie, code) twice": "epreuves : deux fois la même (voie, code)",
    "epreuves: code NUMERISATION is reserved": "epreuves : le code NUMERISATION est réservé",
}


class FileRefused(Exception):
    """Nothing was sent. The message lists what is wrong, line by line."""

    def __init__(self, faults: list[str]) -> None:
        shown = faults[:_SHOWN]
        if len(faults) > _SHOWN:
            shown.append(f"… et {len(faults) - _SHOWN} autre(s) faute(s)")
        super().__init__("fichier refusé, rien n’a été envoyé\n  " + "\n  ".join(shown))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Closing:
    """A checked line: the record's key (UAI), its CloudEvents attributes and its body."""

    id: str
    source: str
    time: str | None
    state: InscriptionsClosed
    data: bytes

    @property
    def uai(self) -> str:
        return self.state.uai


def read(path: Path) -> list[Closing]:
    """The closings of a file. Raises FileRefused, naming each bad line."""
    return parse(path.read_bytes().split(b"\n"))


def of_events(events: Iterable[dict[str, Any]]) -> list[Closing]:
    """Generated closings, through the same checks as a file's."""
    return parse([line(event).encode() for event in events])


def parse(lines: list[bytes]) -> list[Closing]:
    """Raises FileRefused for any bad line, for an empty file, and for two contents under one revision."""
    closings: list[Closing] = []
    faults: list[str] = []
    contents: dict[tuple[str, int], tuple[int, str]] = {}
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            closing = _closing(raw)
            _refuse_fork(closing, number, contents)
        except ValueError as fault:
            faults.append(f"ligne {number} : {fault}")
        else:
            closings.append(closing)
    if faults:
        raise FileRefused(faults)
    if not closings:
        raise FileRefused(["ligne 1 : le fichier est vide"])
    return closings


def _closing(raw: bytes) -> Closing:
    event = _json(raw)
    if event.get("specversion") != "1.0" or event.get("type") != TYPE:
        raise ValueError(f"un CloudEvent 1.0 de type {TYPE} est attendu")
    for name in ("id", "source"):
        if not isinstance(event.get(name), str) or not event[name]:
            raise ValueError(f"{name} : champ absent")
    data = json.dumps(event.get("data"), ensure_ascii=False, separators=(",", ":")).encode()
    try:
        state = InscriptionsClosed.model_validate_json(data)
    except ValidationError as error:
        raise ValueError(_sentence(error)) from None
    if event.get("subject") != state.uai:
        raise ValueError("subject : ce n’est pas l’UAI de data")
    return Closing(event["id"], event["source"], event.get("time"), state, data)


def _json(raw: bytes) -> dict[str, Any]:
    if raw.startswith(b"\xef\xbb\xbf"):
        raise ValueError("marque d’ordre des octets (BOM) : enregistrez le fichier en UTF-8 sans BOM")
    try:
        event = json.loads(raw.decode(), object_pairs_hook=_no_key_twice)
    except UnicodeDecodeError as error:
        raise ValueError(f"octet {error.start + 1} : ce n’est pas de l’UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"colonne {error.colno} : ce n’est pas du JSON") from None
    except RecursionError:
        raise ValueError("ce n’est pas du JSON acceptable : trop de niveaux") from None
    if not isinstance(event, dict):
        raise ValueError("un objet JSON est attendu")  # noqa: TRY004  # a fault of the line like the others
    return event


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("une clé JSON est donnée deux fois")
    return found


def _sentence(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    if fault["type"] == "value_error":
        rule = str(fault["ctx"]["error"])
        return _RULES.get(rule, rule)
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"]) or "data"
    return f"{place} : {PHRASES.get(fault['type'], fault['msg'])}"


def _refuse_fork(closing: Closing, number: int, contents: dict[tuple[str, int], tuple[int, str]]) -> None:
    key = (closing.state.aggregate, closing.state.version)
    first, content = contents.setdefault(key, (number, closing.state.hash))
    if content != closing.state.hash:
        raise ValueError(f"même révision que la ligne {first}, mais un autre contenu")


def latest_revisions(closings: Iterable[Closing]) -> dict[str, int]:
    """The highest revision of each closing ("session|uai")."""
    latest: dict[str, int] = {}
    for closing in closings:
        aggregate = closing.state.aggregate
        latest[aggregate] = max(closing.state.revision, latest.get(aggregate, 0))
    return latest
