"""Each service's HTTP API as a page of Markdown, from the OpenAPI document of its application, which is not started."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # each command of `imagin` would load it
    from fastapi import FastAPI

_SERVICES: dict[str, dict[str, Any]] = {
    "mission_import": {},
    "convocation": {
        name: f"{name}-of-the-documentation" * 2 for name in ("link_keys", "verification_keys", "calendar_keys")
    },
    "santorin_bridge": {"convocation_url": "http://convocation.invalid"},
    "notifier": {"convocation_url": "http://convocation.invalid", "mail_dir": Path("mails")},
}
"""The settings without a default; nothing connects to them."""
_NOWHERE = {"database_url": "postgresql://unused.invalid/x", "kafka_bootstrap": "unused.invalid:9092"}


def pages() -> dict[str, str]:
    """File name → Markdown, for each service that has an API."""
    documents = {package.replace("_", "-"): openapi(package) for package in _SERVICES}
    return {f"{service}.md": page(service, document) for service, document in documents.items() if document["paths"]}


def openapi(package: str) -> dict[str, Any]:
    """The OpenAPI document of a service."""
    document: dict[str, Any] = application(package).openapi()
    return document


def application(package: str) -> "FastAPI":
    """A service's application, which is not started."""
    # by name: it is the whole application, which no command may import for any other purpose
    settings = importlib.import_module(f"{package}.settings").Settings
    runtime = SimpleNamespace(
        settings=settings(**_NOWHERE, token_key="key-of-the-documentation-" * 2, **_SERVICES[package]),
        pool=None,
        relay=SimpleNamespace(wake=lambda: None),
    )
    app: FastAPI = importlib.import_module(f"{package}.main").build(runtime).app
    return app


def page(service: str, document: dict[str, Any]) -> str:
    """All operations, then the bodies they name."""
    lines = [
        f"# API of {service}",
        f"OpenAPI {document['openapi']}. In the integrators' kit, and at the operators' port, `/openapi.json`.",
        "Every request carries a token; a refusal is `application/problem+json`, with a page for each type.",
        "## Operations",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            lines += _operation(f"{method.upper()} {path}", operation)
    bodies = document.get("components", {}).get("schemas", {})
    if bodies:
        lines.append("## Bodies")
    for name, schema in sorted(bodies.items()):
        lines += [f"### {name}", schema.get("description", ""), "\n".join(_fields(schema))]
    return "\n\n".join(line for line in lines if line) + "\n"


def _operation(title: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### `{title}`"
    yield operation.get("description", "")
    yield "\n".join(_parameters(operation.get("parameters", [])))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body, `{media}`: {_type(content['schema'])}."
    yield " ".join(_answer(status, answer) for status, answer in operation["responses"].items())


def _parameters(parameters: list[dict[str, Any]]) -> Iterator[str]:
    if parameters:
        yield "| parameter | in | type | |\n|---|---|---|---|"
    for one in parameters:
        needed = "required" if one.get("required") else ""
        yield f"| `{one['name']}` | {one['in']} | {_type(one['schema'])} | {needed} |"


def _answer(status: str, answer: dict[str, Any]) -> str:
    """« **200** integer. », and of a refusal its status alone: all have the same body."""
    if "$ref" in answer:
        return f"**{status}**"
    schemas = [content["schema"] for content in answer.get("content", {}).values() if content.get("schema")]
    return f"**{status}** {', '.join(map(_type, schemas)) or 'no body described'}."


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    if "properties" not in schema:
        yield f"{_type(schema)}."
        return
    yield "| field | type | |\n|---|---|---|"
    for name, one in schema["properties"].items():
        needed = "required" if name in schema.get("required", []) else ""
        yield f"| `{name}` | {_type(one)} | {needed} |"


def _type(schema: dict[str, Any]) -> str:
    """« string (uuid) », « integer or null », a link to a body."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    kind, form = schema.get("type", "any"), schema.get("format")
    if isinstance(kind, list):
        return " or ".join(_type({**schema, "type": one}) for one in kind)
    return f"{kind} ({form})" if form and kind != "null" else str(kind)
