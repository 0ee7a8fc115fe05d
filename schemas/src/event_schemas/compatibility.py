"""The compatibility gate: today's schemas against the published ones; a break is refused, never a warning (D34).

A break goes into a new major version (`.v2`) beside the old one. jsoncompat is a dependency of imagin-dev: no
service imports this module.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import jsoncompat
from pydantic import ValidationError

from event_schemas.catalogue import EVENT_TYPES
from event_schemas.state import PERSONAL

Direction = Literal["serializer", "deserializer"]
Schema = dict[str, Any]

_MEANING = {
    "serializer": "readers of the published version cannot read what would be written now",
    "deserializer": "readers of the new version cannot read what was written before",
    "both": "nobody can say whether old and new understand each other",
}
# What tests show jsoncompat to judge; of any other keyword it says "compatible" whatever its value.
_JUDGED = frozenset(["$defs", "$ref", "type", "properties", "required", "enum", "const", "anyOf", "items"])
_JUDGED |= frozenset(["minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum", "uniqueItems"])
_ANNOTATIONS = frozenset(["$schema", "$id", "title", "description", "examples", "default", PERSONAL])
_FIELD = re.compile(r"(.*/(?:properties|\$defs)/[^/]+)")  # greedy: the innermost field of a place


class Refusal(NamedTuple):
    """Why a change is refused."""

    event: str
    direction: Direction | Literal["both"]
    reason: str

    def __str__(self) -> str:
        return f"{self.event}: {self.direction} refused: {_MEANING[self.direction]}: {self.reason}"


def compare(event: str, published: Schema, current: Schema) -> list[Refusal]:
    """The refusals of one schema's change; empty where old and new readers and writers understand each other.

    A writer writes no unknown field, a reader tolerates them: so in each direction the writer's side is closed.
    """
    old, new = _judged(published), _judged(current)
    verdicts = [_ask(event, "serializer", old, _closed(new)), _ask(event, "deserializer", _closed(old), new)]
    return [*_own_rules(event, published, current), *(refusal for refusal in verdicts if refusal)]


def _ask(event: str, direction: Direction, published: Schema, current: Schema) -> Refusal | None:
    try:
        compatible = jsoncompat.check_compat(json.dumps(published), json.dumps(current), direction)
    except ValueError as error:
        return Refusal(event, direction, f"no verdict: {error}")
    return None if compatible is True else Refusal(event, direction, "the schemas are incompatible")


def gate(published: Path, current: dict[str, Schema]) -> list[Refusal]:
    """Today's schemas and models against the folder of published schemas and examples."""
    refusals = []
    for file in sorted(published.glob("*.schema.json")):
        event = file.name.removesuffix(".schema.json")
        if event in current:
            refusals += compare(event, json.loads(file.read_text(encoding="utf-8")), current[event])
        else:
            refusals.append(Refusal(event, "both", "the published schema is gone"))
    return refusals + [refusal for file in sorted(published.glob("examples/*/*.json")) for refusal in _read(file)]


def _read(example: Path) -> Iterator[Refusal]:
    """A published event must stay readable, whatever the schemas say."""
    ce_type = example.parent.name
    if ce_type not in EVENT_TYPES:
        yield Refusal(ce_type, "deserializer", "the published event type is gone")
        return
    try:
        EVENT_TYPES[ce_type].model.model_validate_json(example.read_bytes())
    except ValidationError as error:
        where = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False))
        yield Refusal(ce_type, "deserializer", f"published example {example.stem} is refused at {where or 'its root'}")


def _nodes(schema: Any, where: str = "#") -> Iterator[tuple[str, Schema]]:
    """Every subschema with its place; the maps of properties and definitions are no schemas themselves."""
    if not isinstance(schema, dict):
        return
    yield where, schema
    for keyword, value in schema.items():
        if keyword in {"properties", "$defs"}:
            for name, child in value.items():
                yield from _nodes(child, f"{where}/{keyword}/{name}")
        elif keyword in {"anyOf", "oneOf", "allOf", "prefixItems"}:
            for number, child in enumerate(value):
                yield from _nodes(child, f"{where}/{keyword}/{number}")
        elif keyword in {"items", "not", "additionalProperties"}:
            yield from _nodes(value, f"{where}/{keyword}")


def _fields(schema: Schema) -> dict[str, set[str]]:
    """Every field and definition with those of its keywords of which jsoncompat says nothing."""
    found: dict[str, set[str]] = {}
    for where, node in _nodes(schema):
        inner = _FIELD.match(where)
        silent = {f"{key} {json.dumps(node[key])}" for key in node.keys() - _JUDGED - _ANNOTATIONS}
        found.setdefault(inner[1] if inner else where, set()).update(silent)
    return found


def _own_rules(event: str, published: Schema, current: Schema) -> Iterator[Refusal]:
    """What jsoncompat leaves open. A field that goes could come back later with another meaning."""
    new = _fields(current)
    for field, keywords in _fields(published).items():
        if field not in new:
            yield Refusal(event, "both", f"published field {field} is gone")
        elif keywords != new[field]:
            yield Refusal(event, "both", f"no verdict on {sorted(keywords ^ new[field])} of {field}")


def _judged(schema: Any) -> Any:
    """The schema with nothing but what jsoncompat judges; it cannot resolve our `$id`."""
    copy = json.loads(json.dumps(schema))
    for _, node in _nodes(copy):
        for keyword in node.keys() - _JUDGED:
            del node[keyword]
    return copy


def _closed(schema: Schema) -> Schema:
    """The schema of a writer: no field but the known ones."""
    copy: Schema = json.loads(json.dumps(schema))
    for _, node in _nodes(copy):
        if "properties" in node:
            node["additionalProperties"] = False
    return copy
