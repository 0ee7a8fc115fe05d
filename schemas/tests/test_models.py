"""The event bodies: strict on what they know, tolerant of what they do not, total on any bytes (D35)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from event_schemas import catalogue, uai
from event_schemas.examples import examples
from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.missions import Mission
from event_schemas.state import Body, Event, State, digest

MODELS = sorted({topic.model for topic in catalogue.TOPICS.values()}, key=lambda model: model.__name__)
BODIES = [pytest.param(body, id=f"{kind}/{case}") for kind, cases in examples().items() for case, body in cases.items()]
MISSION = examples()[catalogue.MISSION_CREATED]["correction"]
CLOSING = examples()[catalogue.INSCRIPTIONS_CLOSED]["first-closing"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def changed(body: Event, **fields: Any) -> bytes:
    return json.dumps(json.loads(body.to_bytes()) | fields).encode()


def refused_at(model: type[Event], data: bytes) -> list[str]:
    with pytest.raises(ValidationError) as error:
        model.model_validate_json(data)
    return [".".join(map(str, fault["loc"])) for fault in error.value.errors(include_input=False)]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_read_again_is_the_same_with_the_same_hash(body: Event):
    again = type(body).model_validate_json(body.to_bytes())
    assert again.model_dump() == body.model_dump()
    assert (again.aggregate, again.key, again.version, again.hash) == (
        body.aggregate,
        body.key,
        body.version,
        body.hash,
    )


@pytest.mark.parametrize("body", BODIES)
def test_unknown_fields_are_tolerated_and_change_nothing(body: Event):
    assert type(body).model_validate_json(changed(body, plus_tard={"a": 1})).hash == body.hash


@pytest.mark.parametrize("model", MODELS)
@given(data=st.binary(max_size=400) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_body_or_a_validation_error(model: type[Event], data: bytes):
    try:
        model.model_validate_json(data)
    except ValidationError as error:
        assert error.error_count()


@pytest.mark.parametrize("body", BODIES)
@given(data=st.data())
def test_any_value_in_any_field_gives_a_body_or_a_validation_error(body: Event, data: st.DataObject):
    field = data.draw(st.sampled_from(sorted(type(body).model_fields)))
    try:
        read = type(body).model_validate_json(changed(body, **{field: data.draw(JSON)}))
    except ValidationError:
        return
    assert len(read.hash) == 64
    assert type(body).model_validate_json(read.to_bytes()).hash == read.hash


@pytest.mark.parametrize(
    "value",
    ["a\x00b", "", "x" * 301, 3, None, True, ["a"]],
    ids=["nul", "empty", "long", "int", "null", "bool", "list"],
)
def test_a_text_is_bounded_text_without_nul(value: object):
    assert refused_at(Mission, changed(MISSION, libelle=value)) == ["libelle"]


@pytest.mark.parametrize("value", [-1, 2**31, 1.0, 1.5, "1", True, None, float("nan"), float("inf")])
def test_a_number_of_candidates_is_a_bounded_whole_number(value: object):
    assert refused_at(Mission, changed(MISSION, candidats=value)) == ["candidats"]


@pytest.mark.parametrize("value", ["2020-01-20T00:00:00", "20/01/2020", 1579478400, "2020-02-30"])
def test_a_date_is_an_iso_date(value: object):
    assert refused_at(Mission, changed(MISSION, date_debut=value)) == ["date_debut"]


def test_lone_surrogates_are_refused_in_bytes_and_in_python():
    assert refused_at(Mission, changed(MISSION, libelle="\ud800")) == [""]
    with pytest.raises(ValidationError):
        Mission.create(**{**MISSION.model_dump(exclude={"hash"}), "libelle": "\ud800"})


@pytest.mark.parametrize("version", [0, -1, 2**31])
def test_versions_count_from_one(version: int):
    assert refused_at(Mission, changed(MISSION, version=version)) == ["version"]


def test_no_value_stands_in_the_text_of_an_error():
    convocation = examples()[catalogue.INTERVENANT_CONVOQUE]["hlp"]
    person = json.loads(convocation.to_bytes())["intervenant"]
    data = changed(
        convocation, intervenant=person | {"nom": "SECRET-NOM\x00", "uai": "SECRET-UAI"}, dates="SECRET-DATE"
    )
    with pytest.raises(ValidationError) as error:
        type(convocation).model_validate_json(data)
    assert error.value.error_count() == 3
    assert "SECRET" not in str(error.value)
    assert "SECRET" not in repr(error.value)


def test_a_body_cannot_be_changed():
    with pytest.raises(ValidationError):
        MISSION.candidats = 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["0951099D", "0750654D", "0750655E", "9740001H", "6200001G", "7200009X"])
def test_an_uai_ends_with_its_letter(code: str):
    assert uai.valid(code)
    assert refused_at(InscriptionsClosed, changed(CLOSING, uai=code[:7] + ("A" if code[7] != "A" else "B"))) == [""]
    assert InscriptionsClosed.model_validate_json(changed(CLOSING, uai=code)).key == code


@pytest.mark.parametrize(
    "code", ["", "0951099", "0951099d", "0951099DD", "951099D", "٠٩٥١٠٩٩D", "095109²D", "0951099D\n"]
)
def test_what_has_not_the_shape_of_an_uai_is_none(code: str):
    assert not uai.valid(code)
    assert refused_at(InscriptionsClosed, changed(CLOSING, uai=code)) == ["uai"]


def closing(*epreuves: dict[str, Any], **fields: Any) -> bytes:
    return changed(CLOSING, epreuves=list(epreuves), **fields)


def epreuve(code: str = "HG", **fields: Any) -> dict[str, Any]:
    return {"code": code, "libelle": "Essai", "type": "E3C", "voie": "GENERALE", "candidats_inscrits": 3} | fields


def test_the_hash_of_a_closing_knows_no_order_of_epreuves_and_no_time_of_closing():
    one = InscriptionsClosed.model_validate_json(closing(epreuve("HG"), epreuve("MATHS")))
    other = InscriptionsClosed.model_validate_json(
        closing(epreuve("MATHS"), epreuve("HG"), cloturee_le="2020-06-01T00:00:00Z")
    )
    assert one.hash == other.hash
    assert other.to_bytes() != one.to_bytes()


@pytest.mark.parametrize(
    "fields", [{"candidats_inscrits": 4}, {"code": "SES"}, {"voie": "TECHNOLOGIQUE"}, {"libelle": "Autre"}]
)
def test_the_hash_of_a_closing_tells_any_other_content(fields: dict[str, Any]):
    one = InscriptionsClosed.model_validate_json(closing(epreuve()))
    assert InscriptionsClosed.model_validate_json(closing(epreuve(**fields))).hash != one.hash


@pytest.mark.parametrize(
    ("epreuves", "where"),
    [
        ([epreuve(), epreuve()], ""),
        ([epreuve("NUMERISATION", voie="COMMUNE")], ""),
        ([epreuve("hg")], "epreuves.0.code"),
        ([epreuve("X" * 33)], "epreuves.0.code"),
        ([epreuve(voie="PROFESSIONNELLE")], "epreuves.0.voie"),
        ([epreuve(candidats_inscrits=-1)], "epreuves.0.candidats_inscrits"),
    ],
    ids=["twice", "reserved", "lower case", "long", "voie", "negative"],
)
def test_a_closing_that_breaks_a_rule_is_refused(epreuves: list[dict[str, Any]], where: str):
    assert refused_at(InscriptionsClosed, closing(*epreuves)) == [where]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("session", "2020-BAC"),
        ("session", "2020-E3C1\n"),
        ("cloturee_le", "2019-11-09T18:30:00"),
        ("etablissement", {"nom": "a", "commune": "b", "academie": "5"}),
    ],
)
def test_a_closing_has_a_session_an_aware_time_and_a_two_digit_academie(field: str, value: object):
    assert refused_at(InscriptionsClosed, changed(CLOSING, **{field: value}))[0].startswith(field)


def test_the_same_code_in_two_voies_is_two_epreuves():
    data = closing(epreuve(), epreuve(voie="TECHNOLOGIQUE"))
    assert len(InscriptionsClosed.model_validate_json(data).epreuves) == 2


@pytest.mark.parametrize("dates", [[], ["2020-01-28", "2020-01-27"], ["2020-01-27", "2020-01-27"]])
def test_a_convocation_has_dates_sorted_and_unique(dates: list[str]):
    convocation = examples()[catalogue.INTERVENANT_CONVOQUE]["hlp"]
    assert refused_at(type(convocation), changed(convocation, dates=dates)) == ["dates"]


def test_the_hash_is_over_the_canonical_json_of_everything_else():
    content = json.loads(MISSION.to_bytes())
    given = content.pop("hash")
    assert digest(content) == given


def test_every_field_but_the_hash_changes_the_hash():
    fields = MISSION.model_dump(exclude={"hash"})
    for name, value in {"version": 9, "candidats": 1, "libelle": "x", "status": "WITHDRAWN", "voie": "COMMUNE"}.items():
        assert Mission.create(**fields | {name: value}).hash != MISSION.hash


def test_an_optional_field_added_later_leaves_the_hashes_already_sent():
    class Before(State):
        nom: str

    class After(Before):
        surnom: str | None = None

    assert After.create(version=1, nom="a").hash == Before.create(version=1, nom="a").hash
    assert After.create(version=1, nom="a", surnom="b").hash != Before.create(version=1, nom="a").hash


def test_an_optional_field_added_to_a_part_leaves_the_hashes_too():
    class Part(Body):
        nom: str

    class LaterPart(Part):
        surnoms: tuple[str, ...] = ()

    class Whole(State):
        part: Part

    class LaterWhole(State):
        part: LaterPart

    hash_ = Whole.create(version=1, part=Part(nom="a")).hash
    assert LaterWhole.create(version=1, part=LaterPart(nom="a")).hash == hash_


def test_a_time_travels_with_its_zone():
    sent = InscriptionsClosed.model_validate_json(changed(CLOSING, cloturee_le="2019-11-09T19:30:00+01:00"))
    assert InscriptionsClosed.model_validate_json(sent.to_bytes()).cloturee_le == datetime(
        2019, 11, 9, 18, 30, tzinfo=UTC
    )
