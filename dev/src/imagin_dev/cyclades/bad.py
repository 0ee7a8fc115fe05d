"""Bad records of Cyclades, a kind at a time; each but the conflict is about an établissement that does not exist.

The CloudEvent's id begins with the kind: a dead letter's headers tell what it was.
"""

from collections.abc import Callable
from typing import Any

from event_schemas.catalogue import MISSION_CREATED
from event_schemas.inscriptions import RESERVED_CODE
from imagin_dev.cyclades.closings import invented_uai

Event = dict[str, Any]

NOT_JSON, CONFLICT = "not-json", "conflict"
_INVENTED_FROM = 900_000  # « départements » 901 and on: neither real nor the bench's


def _unchanged(event: Event) -> Event:
    return event


def _of_another_topic(event: Event) -> Event:
    return event | {"type": MISSION_CREATED}


def _of_unknown_type(event: Event) -> Event:
    return event | {"type": "fr.cyclades.inscriptions-ouvertes.v1"}


def _without_revision(event: Event) -> Event:
    return event | {"data": {name: value for name, value in event["data"].items() if name != "revision"}}


def _with_wrong_letter(event: Event) -> Event:
    uai = event["subject"][:7] + ("B" if event["subject"][7] == "A" else "A")
    return event | {"subject": uai, "data": event["data"] | {"uai": uai}}


def _with_reserved_code(event: Event) -> Event:
    return _with(event, _epreuve(RESERVED_CODE))


def _with_code_twice(event: Event) -> Event:
    return _with(event, _epreuve("LVB-POR"), _epreuve("LVB-POR"))


def _with(event: Event, *more: Event) -> Event:
    return event | {"data": event["data"] | {"epreuves": [*event["data"]["epreuves"], *more]}}


def _epreuve(code: str) -> Event:
    return {"code": code, "libelle": code, "type": "E3C", "voie": "COMMUNE", "candidats_inscrits": 7}


def _with_other_content(event: Event) -> Event:
    """Same session, UAI and revision."""
    return _with(event, _epreuve("LVB-RUS"))


_MADE: dict[str, Callable[[Event], Event]] = {
    NOT_JSON: _unchanged,  # its bytes are cut when it is sent
    "other-type": _of_another_topic,
    "unknown-type": _of_unknown_type,
    "missing-field": _without_revision,
    "wrong-letter": _with_wrong_letter,
    "reserved-code": _with_reserved_code,
    "code-twice": _with_code_twice,
    CONFLICT: _with_other_content,
}
KINDS = tuple(_MADE)


def spoiled(kind: str, event: Event, number: int) -> Event:
    """A bad record made from a good closing; `number` makes it one of its own: all but the conflict get another UAI."""
    if kind != CONFLICT:
        uai = invented_uai(_INVENTED_FROM + number)
        event = event | {"subject": uai, "data": event["data"] | {"uai": uai}}
    return _MADE[kind](event) | {"id": f"{kind}-{number}-{event['subject']}"}
