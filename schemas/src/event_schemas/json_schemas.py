"""JSON Schemas 2020-12 of the event bodies, one a topic: what an integrator reads (D34).

Open to unknown fields, as readers must be; generated from the models, never edited.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from event_schemas.catalogue import TOPICS, Topic

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Untitled(GenerateJsonSchema):
    """Without the titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # pydantic's signature
        return False


def name(topic: Topic) -> str:
    """`mission.v1`: the body's name and the topic's major version."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", topic.model.__name__).lower() + "." + topic.name.rpartition(".")[2]


def body_schema(topic: Topic, ref_template: str = "#/$defs/{model}") -> dict[str, Any]:
    """The schema of the topic's body as pydantic tells it, with the words of `descriptions.toml`."""
    schema = topic.model.model_json_schema(schema_generator=_Untitled, ref_template=ref_template)
    for name_, part in {topic.model.__name__: schema, **schema.get("$defs", {})}.items():
        _describe(name_, part)
    return schema


@cache
def described() -> dict[str, dict[str, str]]:
    """What is said of each body, by its model and field ("" is the body itself); `commun`: of a field of any body."""
    text = files("event_schemas").joinpath("descriptions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _describe(model: str, part: dict[str, Any]) -> None:
    """The docstrings of the models go: they are for developers."""
    words = described()
    said = words["commun"] | words.get(model, {})
    for field, one in {"": part, **part["properties"]}.items():
        one.pop("description", None)
        if field in said and "$ref" not in one:
            one["description"] = said[field]


def schemas() -> dict[str, dict[str, Any]]:
    """Every published schema by its name."""
    return {
        name(topic): {"$schema": DIALECT, "$id": f"urn:imagin:schema:{name(topic)}", **body_schema(topic)}
        for topic in TOPICS.values()
    }
