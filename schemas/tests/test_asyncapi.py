"""The AsyncAPI documents: whole, in French, public and internal topics apart, readable by others (0053)."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator

from chassis.envelopes import BATCH, MAX_EVENTS, STRUCTURED
from event_schemas.asyncapi import CONTRACT_VERSION, SITE
from event_schemas.catalogue import EVENT_TYPES, TOPICS

ROOT = Path(__file__).resolve().parents[1]
PUBLIC, INTERNAL = (
    json.loads((ROOT / name).read_text(encoding="utf-8")) for name in ("asyncapi.json", "asyncapi-interne.json")
)
BOTH = pytest.mark.parametrize("document", [PUBLIC, INTERNAL], ids=["public", "internal"])
ENGLISH = re.compile(r"\b(the|is|are|with|without|where|which|person|answer|every|of)\b")


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document, but examples."""
    if isinstance(node, dict):
        yield node
        node = [value for key, value in node.items() if key != "examples"]
    if isinstance(node, list):
        for child in node:
            yield from nodes(child)


def resolved(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def binary(document: dict[str, Any]) -> dict[str, Any]:
    """The messages in binary mode, which every topic has."""
    return {name: one for name, one in document["components"]["messages"].items() if "x-mode" not in one}


def test_cyclades_closings_may_come_in_each_mode_that_our_readers_read():
    others = {name: one for name, one in PUBLIC["components"]["messages"].items() if "x-mode" in one}
    assert {name.rpartition(".")[0] for name in others} == {"fr.cyclades.inscriptions-closed.v1"}
    assert {one["contentType"] for one in others.values()} == {STRUCTURED, BATCH}
    assert others["fr.cyclades.inscriptions-closed.v1.lot"]["payload"]["maxItems"] == MAX_EVENTS
    channel = PUBLIC["channels"]["cyclades.public.inscriptions.v1"]
    assert set(channel["messages"]) == {*others, "fr.cyclades.inscriptions-closed.v1"}


def test_every_topic_event_and_reader_is_in_one_of_the_two():
    assert set(PUBLIC["channels"]) | set(INTERNAL["channels"]) == set(TOPICS)
    assert {name.split(".")[1] for name in PUBLIC["channels"]} == {"public"}
    assert {name.split(".")[1] for name in INTERNAL["channels"]} == {"internal"}
    public, internal = set(binary(PUBLIC)), set(binary(INTERNAL))
    assert public | internal == set(EVENT_TYPES)
    assert public & internal == set()
    operations = PUBLIC["operations"] | INTERNAL["operations"]
    groups = {group for topic in TOPICS.values() for group in topic.readers.values()}
    receiving = [one for one in operations.values() if one["action"] == "receive"]
    assert {one["bindings"]["kafka"]["groupId"]["enum"][0] for one in receiving} == groups
    sending = {name.partition(".")[0] for name, one in operations.items() if one["action"] == "send"}
    assert sending == {topic.owner for topic in TOPICS.values()}


@BOTH
def test_every_reference_leads_somewhere(document: dict[str, Any]):
    references = [one["$ref"] for one in nodes(document) if isinstance(one.get("$ref"), str)]
    assert len(references) > 20
    assert all(resolved(document, reference) for reference in references)


@BOTH
def test_it_is_a_document_for_another_implementation(document: dict[str, Any]):
    assert document["asyncapi"] == "3.0.0"
    servers = {
        name: {**one, "pathname": ""} for name, one in document["servers"].items()
    }  # it asks for one; 3.0 does not
    assert set(ApplicationSchema.model_validate(document | {"servers": servers}).channels) == set(document["channels"])


@BOTH
def test_its_payloads_accept_the_examples(document: dict[str, Any]):
    for ce_type, message in document["components"]["messages"].items():
        schema = {**message["payload"], "components": document["components"]}
        assert message["examples"]
        for example in message["examples"]:
            assert Draft202012Validator(schema).is_valid(example["payload"]), ce_type


@BOTH
def test_where_to_connect_how_to_sign_in_and_whom_to_ask_is_said(document: dict[str, Any]):
    [server] = document["servers"].values()
    assert server["protocol"] == "kafka-secure"
    assert server["host"].strip("{}") in server["variables"]
    [security] = server["security"]
    assert resolved(document, security["$ref"])["type"] == "scramSha512"
    assert document["info"]["contact"]["url"] == f"{SITE}/kit.html"
    kinds = {tag["name"] for tag in document["info"]["tags"]}
    for one in chain(document["channels"].values(), document["operations"].values()):
        assert {tag["name"] for tag in one["tags"]} == kinds
    assert {one["servers"][0]["$ref"] for one in document["channels"].values()} == {"#/servers/exploitant"}


@BOTH
def test_what_integrators_read_is_in_french(document: dict[str, Any]):
    words = [one.get(name) for one in nodes(document) for name in ("description", "summary")]
    said = [one for one in words if isinstance(one, str)]
    assert len(said) > 50
    assert [one for one in said if ENGLISH.search(one)] == []
    headers = [one["headers"]["properties"] for one in document["components"]["messages"].values()]
    assert [name for one in headers for name, rule in one.items() if not rule.get("description")] == []


@BOTH
def test_each_event_says_where_its_schema_is(document: dict[str, Any]):
    for ce_type, message in binary(document).items():
        rule = message["headers"]["properties"]["ce_dataschema"]
        assert rule["examples"] == [f"{SITE}/schemas/{ce_type}.json"]
        assert message["headers"]["properties"]["ce_source"]["format"] == "uri-reference"


def test_the_newest_change_told_to_integrators_is_of_this_version():
    page = (ROOT.parent / "docs" / "integrateurs" / "changements.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## AsyncAPI ([0-9.]+)", page, re.MULTILINE)
    assert versions[0] == CONTRACT_VERSION
    assert versions == sorted(versions, reverse=True)
