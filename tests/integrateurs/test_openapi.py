"""The OpenAPI documents that integrators make clients of: they are the code's, complete, and in French (0052)."""

import json
import re
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from acces.openapi import words_of
from chassis.problem import kinds
from imagin_dev.documentation import contrat
from imagin_dev.documentation.apis import application
from santorin_bridge.policy import PORTEES

ROOT = Path(__file__).parents[2]
KIT = ROOT / "docs" / "integrateurs"
DOCUMENTS = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (KIT / "openapi").glob("*.json")}
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
ENGLISH = re.compile(r"\b(the|is|are|with|without|where|which|person|answer|Successful Response)\b")
PROBLEM = "application/problem+json"
OAUTH = "/oauth/jeton"  # its refusals are those of RFC 6749
PLAIN = {OAUTH, "/.well-known/jwks.json"}


def operations(document):
    for path, found in document["paths"].items():
        assert set(found) <= METHODS
        yield from ((f"{method.upper()} {path}", one) for method, one in found.items())


def nodes(node):
    """Every object of the document, with its place."""
    waiting = [("#", node)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, dict):
            yield place, one
            waiting += [(f"{place}/{name}", inner) for name, inner in one.items() if name not in {"example", "default"}]
        elif isinstance(one, list):
            waiting += [(f"{place}/{number}", inner) for number, inner in enumerate(one)]


def resolved(document, node):
    while "$ref" in node:
        found = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


@pytest.fixture(params=sorted(DOCUMENTS))
def document(request):
    return DOCUMENTS[request.param]


def test_the_committed_files_are_what_the_code_says():
    assert contrat.drift(ROOT) == []
    assert set(DOCUMENTS) == {name.replace("_", "-") for name in contrat.SERVICES}


def test_a_route_without_words_or_words_without_a_route_are_found():
    for service in contrat.SERVICES:
        words = {name for name in words_of(service) if " /" in name}
        routes = {route for route, _ in operations(DOCUMENTS[service.replace("_", "-")])}
        assert words == routes, service


def test_every_reference_leads_somewhere_and_everything_described_is_used(document):
    referred = {one["$ref"] for _, one in nodes(document) if isinstance(one.get("$ref"), str)}
    assert len(referred) > 10
    for reference in referred:
        assert resolved(document, {"$ref": reference})
    described = {
        f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in document["components"][kind]
    }
    assert described - referred == set()


def test_every_schema_is_one(document):
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_who_may_ask_and_where_is_said(document):
    schemes = document["components"]["securitySchemes"]
    assert schemes["jeton"]["scheme"] == "bearer"
    assert {name for one in document["security"] for name in one} <= set(schemes)
    for _, operation in operations(document):
        assert {name for one in operation.get("security", []) for name in one} <= set(schemes)
    assert document["servers"][0]["variables"]["adresse"]["default"].startswith("https://")
    assert document["info"]["contact"]["url"].startswith("https://")


def test_the_bridge_says_how_a_token_is_asked_for():
    bridge = DOCUMENTS["santorin-bridge"]
    flow = bridge["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]
    assert flow == {"tokenUrl": OAUTH, "scopes": dict(PORTEES)}
    needed = {route: [one["oauth"] for one in told["security"] if "oauth" in one] for route, told in operations(bridge)}
    assert {route: scopes for route, scopes in needed.items() if scopes} == {
        "GET /acces/{intervenant}": [["acces.verifier"]],
        "GET /habilitations/{intervenant}": [["habilitations.lire"]],
        "GET /missions/{mission_id}/habilitations": [["habilitations.lire"]],
    }
    assert OAUTH in bridge["paths"]
    assert {path for service in contrat.SERVICES for path in paths_of_plain_routes(service)} >= {OAUTH}


def paths_of_plain_routes(service):
    return [route.path for route in application(service).routes if hasattr(route, "path")]


def test_every_operation_has_an_id_words_and_one_tag(document):
    ids = Counter(operation["operationId"] for _, operation in operations(document))
    assert [name for name, count in ids.items() if count > 1 or not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name)] == []
    tags = {one["name"] for one in document["tags"]}
    assert {tag for _, one in operations(document) for tag in one["tags"]} == tags
    for route, operation in operations(document):
        assert len(operation["tags"]) == 1, route
        assert operation["summary"], route
        assert operation["description"].endswith("."), route


def test_what_integrators_read_is_french_and_there(document):
    for place, node in nodes(document):
        words = [node.get(name) for name in ("description", "summary", "title")]
        assert [one for one in words if isinstance(one, str) and ENGLISH.search(one)] == [], place
    fields = chain.from_iterable(
        one["properties"].items() for _, one in nodes(document["components"]) if isinstance(one.get("properties"), dict)
    )
    contract = {"Habilitation", "IntervenantRef", "MissionRef"}  # of the topics: described there
    of_topics = {
        name for one in contract for name in document["components"]["schemas"].get(one, {}).get("properties", {})
    }
    bare = {name for name, one in fields if not one.get("description") and "$ref" not in one and name not in of_topics}
    assert bare == set()
    for route, operation in operations(document):
        assert [one["name"] for one in operation.get("parameters", []) if not one.get("description")] == [], route
    schemas = document["components"]["schemas"].items()
    assert [name for name, one in schemas if not one.get("description") and name not in contract] == []


def test_every_operation_tells_its_refusals_as_problems_that_have_a_page(document):
    page = (KIT / "problemes.md").read_text(encoding="utf-8")
    for route, operation in operations(document):
        expected = {"429", "431", "500", "503"} | (set() if PLAIN & {*route.split()} else {"400", "401", "403", "422"})
        assert set(operation["responses"]) >= expected, route
        for status, told in operation["responses"].items():
            answer = resolved(document, told)
            assert answer["description"], (route, status)
            if status[0] in "45" and not (OAUTH in route and status in {"400", "401"}):
                [(media, content)] = answer["content"].items()
                assert media == PROBLEM, (route, status)
                example = content["example"]
                assert example["status"] == int(status)
                assert example["type"].endswith(f"/integrateurs/problemes.html#{example['code']}")
                assert f"\n## {example['code']}\n" in page


def test_every_body_and_answer_in_json_has_an_example_that_its_schema_accepts(document):
    for route, operation in operations(document):
        shown = [operation.get("requestBody", {})]
        shown += [resolved(document, answer) for answer in operation["responses"].values()]
        for content in chain.from_iterable(one.get("content", {}).items() for one in shown):
            media, described = content
            if media.endswith(("json", "urlencoded")):
                schema = {**described["schema"], "components": document["components"]}
                assert "example" in described, (route, media)
                faults = [one.message for one in Draft202012Validator(schema).iter_errors(described["example"])]
                assert faults == [], (route, media)


def test_examples_name_no_real_etablissement(document):
    named = set(re.findall(r"\b[0-9]{7}[A-Z]\b", json.dumps(document)))
    assert {uai for uai in named if uai[3] != "9"} == set()


def test_writes_over_a_version_tell_both_refusals_of_it(document):
    for route, operation in operations(document):
        over = any(one["name"] == "If-Match" for one in operation.get("parameters", []))
        assert over == ("428" in operation["responses"]), route
        assert not over or "412" in operation["responses"], route


def test_the_names_of_fields_are_all_used():
    used = {
        one["name"]
        for document in DOCUMENTS.values()
        for _, op in operations(document)
        for one in op.get("parameters", [])
    }
    for document in DOCUMENTS.values():
        used |= {
            name for _, one in nodes(document) if isinstance(one.get("properties"), dict) for name in one["properties"]
        }
    from acces.openapi import _names  # noqa: PLC0415

    assert set(_names()) - used == set()


def test_every_kind_of_refusal_says_cause_and_what_to_do():
    for code, kind in kinds().items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert kind.titre[0].isupper(), code
        assert not kind.titre.endswith("."), code
        assert (kind.cause[-1], kind.faire[-1]) == (".", "."), code
        assert kind.statuts, code
