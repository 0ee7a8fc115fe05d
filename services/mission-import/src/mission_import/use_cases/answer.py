"""What became of closings → answers into the outbox, in the transaction of what they tell (0058).

A dead letter is answered with the reason in words and its place, without a value of it.
"""

from collections.abc import Sequence
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from chassis import outbox
from chassis.cloudevents import Cause, Dead, traceparent_of
from chassis.database import Connection
from chassis.envelopes import Record, part_of
from chassis.outbox import Outgoing
from event_schemas import identities, state, uai
from event_schemas.catalogue import REPONSE, REPONSE_CLOTURE
from event_schemas.reponses import ReponseCloture
from mission_import.domain import departements
from mission_import.domain.differentiel import Bilan
from mission_import.domain.reponse import INVALIDE, Place, Reponse
from mission_import.persistence import mortes, reponses
from mission_import.use_cases.explain import explain

_UAI: TypeAdapter[str] = TypeAdapter(state.Uai)
_MAX_REASONS, _MAX_LETTERS = 20, 300
_NO_EFFECT = dict.fromkeys(Bilan._fields)
_NO_PLACE = dict.fromkeys(Place._fields)


async def answer(connection: Connection, told: Sequence[tuple[Reponse, Cause]]) -> None:
    """One event each, above what was told before a restoration."""
    if not told:
        return
    ids = [_id(one) for one, _ in told]
    above = await reponses.told(connection, ids)
    rows = [_outgoing(id_, above.get(id_, 0), one, cause) for id_, (one, cause) in zip(ids, told, strict=True)]
    await outbox.append(connection, rows)


def _id(one: Reponse) -> UUID:
    if one.etat == INVALIDE:
        assert one.place is not None
        return identities.reponse_id_of_record(*one.place, one.timestamp)
    assert one.session is not None
    assert one.uai is not None
    assert one.revision is not None
    return identities.reponse_id(one.session, one.uai, one.revision)


def _outgoing(id_: UUID, above: int, one: Reponse, cause: Cause) -> Outgoing:
    body = ReponseCloture.create(
        version=above + one.version,
        reponse_id=id_,
        session=one.session,
        uai=one.uai,
        revision=one.revision,
        etat=one.etat,
        **(one.missions._asdict() if one.missions else _NO_EFFECT),
        decidee=one.decidee,
        motif=one.motif,
        raisons=list(one.raisons),
        **(one.place._asdict() if one.place else _NO_PLACE),
    )
    return Outgoing(REPONSE, REPONSE_CLOTURE, body.key, id_, body.version, body.to_bytes(), cause)


async def answer_dead(connection: Connection, dead: Sequence[Dead]) -> None:
    """Answered, and kept for the gestionnaire. What the topic lost before it was read is nobody's closing."""
    answers = [_answer(one) for one in dead if one.stage != "DELETED"]
    await answer(connection, answers)
    await mortes.save(connection, [(_id(one), one, _academie(one.uai)) for one, _ in answers])


def _academie(place: str | None) -> str | None:
    return departements.academie(place) if place else None


def place_of(record: Record) -> Place:
    """Where the record stood, and which of its events it is."""
    return Place(record.partition, record.offset, part_of(record))


def _answer(one: Dead) -> tuple[Reponse, Cause]:
    session, revision = None, None
    if one.aggregate and "|" in one.aggregate:  # it could be read
        session, revision = one.aggregate.partition("|")[0], one.version
    reasons = tuple(reason[:_MAX_LETTERS] for reason in explain(one.record, one.stage, one.reason)[:_MAX_REASONS])
    answer_ = Reponse(
        INVALIDE,
        1,
        session,
        _uai(one.record.key),
        revision,
        raisons=reasons,
        place=place_of(one.record),
        timestamp=one.record.timestamp,
    )
    return answer_, Cause(traceparent=traceparent_of(one.record.headers))


def _uai(key: bytes | None) -> str | None:
    """The établissement that the key names; nobody's where it names none."""
    try:
        found = _UAI.validate_python((key or b"").decode())
    except (UnicodeDecodeError, ValidationError):
        return None
    return found if uai.valid(found) else None
