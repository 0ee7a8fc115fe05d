"""Every example validates; any bytes are judged without another exception; no personal data beyond the contract."""

import json
from uuid import UUID

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from event_schemas import identities
from event_schemas import uai as uai_
from event_schemas.__main__ import ROOT
from event_schemas.catalogue import EVENT_TYPES, TOPICS, Topic
from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.json_schemas import name, schemas
from event_schemas.missions import Mission

EXAMPLES = sorted(ROOT.glob("examples/*/*.json"))


@pytest.mark.parametrize("file", EXAMPLES, ids=[f"{file.parent.name}/{file.stem}" for file in EXAMPLES])
def test_a_committed_example_validates_against_its_schema_and_its_model(file):
    event = EVENT_TYPES[file.parent.name]
    schema = schemas()[name(TOPICS[event.topic])]
    jsonschema.Draft202012Validator(schema).validate(json.loads(file.read_text(encoding="utf-8")))
    event.model.model_validate_json(file.read_bytes())


def test_every_event_type_has_an_example():
    assert {file.parent.name for file in EXAMPLES} == set(EVENT_TYPES)


@pytest.mark.parametrize("model", [Mission, InscriptionsClosed])
@given(st.one_of(st.binary(), st.recursive(st.none() | st.text(), st.lists).map(lambda x: json.dumps(x).encode())))
def test_any_bytes_are_an_event_or_a_validation_error(model, value):
    try:
        model.model_validate_json(value)
    except ValidationError as error:
        assert "input_value" not in str(error)


@pytest.mark.parametrize("valid", ["0951099D", "0750654D", "0750655E", "9740001H", "6200001G", "7200009X"])
def test_the_letter_of_a_uai_is_checked_corsica_and_overseas_too(valid):
    assert uai_.valid(valid)
    assert not uai_.valid(valid[:7] + ("A" if valid[7] != "A" else "B"))


def closing(epreuves, revision=1):
    return InscriptionsClosed.model_validate_json(
        json.dumps(
            {
                "session": "2020-E3C1",
                "uai": "0951099D",
                "revision": revision,
                "cloturee_le": "2020-01-10T18:00:00+01:00",
                "etablissement": {"nom": "LYCEE", "commune": "VILLE", "academie": "25"},
                "epreuves": epreuves,
            }
        )
    )


HG = {"code": "HG", "libelle": "Histoire", "type": "E3C", "voie": "GENERALE", "candidats_inscrits": 3}
SES = HG | {"code": "SES"}


def test_the_hash_of_a_closing_does_not_depend_on_the_order_of_its_epreuves():
    assert closing([HG, SES]).hash == closing([SES, HG]).hash
    assert closing([HG, SES]).hash != closing([HG]).hash


@pytest.mark.parametrize(
    "epreuves",
    [[HG, HG], [HG | {"code": "NUMERISATION"}], [HG | {"candidats_inscrits": -1}], [HG | {"libelle": "a\x00b"}]],
)
def test_a_closing_that_breaks_a_rule_is_refused(epreuves):
    with pytest.raises(ValidationError):
        closing(epreuves)


def test_identities_are_computed_and_never_change():
    mission = identities.mission_id("2020-E3C1", "0951099D", "GENERALE", "HG")
    assert mission == identities.mission_id("2020-E3C1", "0951099D", "GENERALE", "HG")
    assert identities.NAMESPACE == UUID("5d1c0a3e-7b52-5f0c-9d0e-2f6a3c8b4e17")
    assert identities.convocation_id(mission, "1") != identities.convocation_id(mission, "2")


def test_no_topic_carries_a_mail_a_telephone_or_an_observation():
    text = json.dumps(schemas()).lower()
    for field in ('"courriel"', '"mail"', '"email"', '"telephone"', '"observation"'):
        assert field not in text


def test_a_topic_with_an_unknown_setting_is_refused():
    fields = next(iter(TOPICS.values())).model_dump()
    with pytest.raises(ValidationError):
        Topic(**fields, retentionn_ms=1)


def test_business_topics_are_kept_for_400_days_or_compacted():
    for topic in TOPICS.values():
        assert topic.cleanup_policy == "compact" or topic.retention_ms >= 400 * 24 * 3600 * 1000
