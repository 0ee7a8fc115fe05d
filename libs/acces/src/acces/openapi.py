"""The OpenAPI document of a service: who may ask, where, every refusal, and words for integrators (0052).

FastAPI knows the routes, their parameters and bodies. The rest is data of the service's package: `openapi.toml` (ids,
words) and `openapi.json` (schemas and examples of answers and bodies).
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

from chassis.problem import body_of, kinds

CONTRACT_VERSION = "1.0.0"
PROBLEM = "application/problem+json"
_HEADS = {
    400: "La demande est mal formée.",
    401: "Le jeton manque, ou ne vaut rien ici.",
    403: "Le compte n’a pas ce droit, ici.",
    404: "Ce qui est demandé n’existe pas, ou n’est pas au compte.",
    409: "L’état des choses ne le permet pas maintenant.",
    410: "Une version plus haute remplace celle-ci.",
    412: "La donnée a changé depuis qu’elle a été lue.",
    413: "Le corps est trop grand.",
    415: "Le type du corps n’est pas lu ici.",
    422: "Un paramètre ou le corps ne va pas.",
    428: "L’en-tête `If-Match` manque.",
    429: "Trop de demandes.",
    431: "L’adresse et les en-têtes sont trop grands.",
    500: "Une faute d’IMAG’IN.",
    503: "Le service ne peut pas répondre. N’en déduisez rien.",
}
_ANY = (400, 401, 403, 422, 429, 431, 500, 503)
_HEADERS = {
    "If-Match": "La version lue, telle que `ETag` l’a donnée.",
    "Idempotency-Key": "Une clé par demande, 200 caractères au plus.",
}
_WAIT = {"description": "Secondes à attendre.", "schema": {"type": "integer", "minimum": 1}}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Le jeton que l’exploitant remet, pour ce service et une durée.",
}
_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "Un refus (RFC 9457). Un membre inconnu est à ignorer.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "La page de ce refus : cause, et que faire."},
        "title": {"type": "string", "description": "Le refus en quelques mots, toujours les mêmes."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "Celui de la réponse."},
        "detail": {"type": "string", "description": "La phrase à montrer à une personne."},
        "code": {"type": "string", "description": "Le mot après le « # » de `type`. La liste est ouverte."},
        "champ": {"type": "string", "description": "Le champ dont il s’agit."},
        "numeros": {"type": "array", "items": {"type": "string"}, "description": "Les personnes dont il s’agit."},
        "erreurs": {
            "type": "array",
            "description": "Chaque faute de la demande, ou du fichier.",
            "items": {
                "type": "object",
                "properties": {
                    "champ": {"type": "string"},
                    "motif": {"type": "string"},
                    "ligne": {"type": ["integer", "null"]},
                    "colonne": {"type": ["string", "null"]},
                    "phrase": {"type": "string"},
                },
            },
        },
    },
}


def publish(app: FastAPI, package: str, documentation_url: str, **more: Any) -> None:
    """`app.openapi()` is the whole document from now on. `more`: paths and schemes that FastAPI does not know of."""
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            made.update(_Document(app, package, documentation_url, **more).whole())
        return made

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to extend it


@cache
def words_of(package: str) -> Mapping[str, Any]:
    """`openapi.toml` of a service."""
    return tomllib.loads(files(package).joinpath("openapi.toml").read_text(encoding="utf-8"))


class _Document:
    def __init__(
        self,
        app: FastAPI,
        package: str,
        documentation_url: str,
        *,
        paths: Mapping[str, Any] | None = None,
        schemas: Mapping[str, Any] | None = None,
        schemes: Mapping[str, Any] | None = None,
    ) -> None:
        self._routes: dict[str, Any] = json.loads(json.dumps(FastAPI.openapi(app)))  # a copy: FastAPI keeps its own
        self._words = words_of(package)
        told = json.loads(files(package).joinpath("openapi.json").read_text(encoding="utf-8"))
        self._answers, self._bodies, self._described = told["reponses"], told["demandes"], told["schemas"]
        self._service, self._site = package.replace("_", "-"), documentation_url
        self._paths, self._schemas, self._schemes = paths or {}, schemas or {}, schemes or {}

    def whole(self) -> dict[str, Any]:
        words, routes = self._words, self._routes
        paths: dict[str, Any] = {**self._paths, **routes["paths"]}
        for path, operations in paths.items():
            for method, operation in operations.items():
                self._tell(f"{method.upper()} {path}", operation)
        schemas = routes.get("components", {}).get("schemas", {}) | self._described | self._schemas
        schemas = {name: one for name, one in schemas.items() if name not in {"HTTPValidationError", "ValidationError"}}
        schemas["Probleme"] = deepcopy(_PROBLEM_SCHEMA)
        for name, one in schemas.items():
            ours = name in routes.get("components", {}).get("schemas", {})
            _in_french(one, anew=ours)
            if ours:  # what stands there is for developers
                one["description"] = words["schemas"][name]
            elif name.endswith("Reponse"):
                one["description"] = f"Ce que répond `{name[0].lower()}{name[1:].removesuffix('Reponse')}`."
        schemes = {"jeton": _BEARER, **self._schemes}
        return {
            "openapi": "3.1.0",
            "info": {
                "title": words["titre"],
                "version": CONTRACT_VERSION,
                "description": words["description"].strip(),
                "contact": {"name": "Kit des intégrateurs", "url": f"{self._site}/integrateurs/kit.html"},
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [_server(words["adresse"])],
            "security": [{name: []} for name, one in schemes.items() if one.get("scheme") != "basic"],
            "tags": [{"name": name, "description": text} for name, text in words["tags"].items()],
            "paths": paths,
            "components": {
                "schemas": dict(sorted(schemas.items())),
                "responses": {f"Refus{status}": self._refusal(status) for status in sorted(self._answered(paths))},
                "securitySchemes": schemes,
            },
        }

    def _tell(self, route: str, operation: dict[str, Any]) -> None:
        """Id, words, examples and refusals of one operation."""
        words = self._words[route]
        operation["operationId"] = words["id"]
        operation["summary"], operation["description"] = words["resume"], words["description"]
        operation["tags"] = [words["tag"]] if "tag" in words else operation["tags"][:1]
        self._show(words["id"], operation)
        for parameter in operation.get("parameters", []):
            parameter.pop("description", None)
            for word in ("title", "description"):
                parameter["schema"].pop(word, None)
            parameter["description"] = _HEADERS.get(parameter["name"]) or _names()[parameter["name"]]
        if operation.get("security") is not None:  # a path that says itself who may ask says also what it answers
            return
        refusals = {str(status): {"$ref": f"#/components/responses/Refus{status}"} for status in _refused(route, words)}
        for status in _of_headers_and_body(operation):
            refusals[str(status)] = {"$ref": f"#/components/responses/Refus{status}"}
        operation["responses"] = {**operation["responses"], **refusals}
        operation["responses"] = dict(sorted(operation["responses"].items()))
        if "portee" in words:
            operation["security"] = [{"jeton": []}, {"oauth": [words["portee"]]}]

    def _show(self, operation_id: str, operation: dict[str, Any]) -> None:
        """Examples, and the schema of the answer, where the data has them."""
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if operation_id in self._bodies and content["schema"].get("format") != "binary":
                content["example"] = self._bodies[operation_id]
        told = self._answers.get(operation_id, {})
        for answer in (one for status, one in operation["responses"].items() if status.startswith("2")):
            if answer["description"] == "Successful Response":  # FastAPI's
                answer["description"] = told.get("description", "C’est fait.")
            if "schema" in told:
                answer["content"] = {"application/json": {name: told[name] for name in ("schema", "example")}}

    def _answered(self, paths: Mapping[str, Any]) -> set[int]:
        """The statuses of refusals that some operation refers to."""
        answers = (operation["responses"] for operations in paths.values() for operation in operations.values())
        references = (one.get("$ref", "") for responses in answers for one in responses.values())
        return {int(one.rpartition("Refus")[2]) for one in references if one}

    def _refusal(self, status: int) -> dict[str, Any]:
        """The response that all operations with this status share."""
        codes = [code for code, kind in kinds().items() if status in kind.statuts and self._is_ours(kind.services)]
        example = body_of(self._site, status, codes[0], kinds()[codes[0]].cause)
        answer: dict[str, Any] = {
            "description": f"{_HEADS[status]} `code` : {', '.join(codes)}.",
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Probleme"}, "example": example}},
        }
        if status in {429, 503}:
            answer["headers"] = {"Retry-After": _WAIT}
        if status == 401:
            answer["headers"] = {"WWW-Authenticate": {"description": "`Bearer`.", "schema": {"type": "string"}}}
        return answer

    def _is_ours(self, services: tuple[str, ...]) -> bool:
        return bool({"*", self._service} & {*services})


@cache
def _names() -> Mapping[str, str]:
    """What a field or a parameter is, by its name."""
    return tomllib.loads(files("acces").joinpath("champs.toml").read_text(encoding="utf-8"))


def _in_french(schema: dict[str, Any], *, anew: bool = False) -> None:
    """Each field without words (`anew`: each) gets those of its name; titles, which only repeat names, go."""
    schema.pop("title", None)
    _in_the_way_of_generators(schema)
    for name, one in schema.get("properties", {}).items():
        if anew:
            one.pop("description", None)
        _in_french(one, anew=anew)
        if not one.get("description") and name in _names():
            one["description"] = _names()[name]
    inner = [
        schema.get("items"),
        schema.get("additionalProperties"),
        *schema.get("anyOf", []),
        *schema.get("allOf", []),
    ]
    for one in inner:
        if isinstance(one, dict):
            _in_french(one, anew=anew)


def _in_the_way_of_generators(schema: dict[str, Any]) -> None:
    """The same in words that they take: « T or null » as a list of types, no default of a choice."""
    choice = schema.get("anyOf", [])
    kinds_ = [one for one in choice if one != {"type": "null"}]
    if len(kinds_) == len(choice) - 1 == 1 and isinstance(kinds_[0].get("type"), str):
        schema.update(kinds_[0] | {"type": [kinds_[0]["type"], "null"]})
        del schema["anyOf"]
    if "anyOf" in schema:
        schema.pop("default", None)


def _server(address: str) -> dict[str, Any]:
    variable = {"default": address, "description": "L’adresse que l’exploitant donne."}
    return {"url": "{adresse}", "description": "L’installation de l’exploitant.", "variables": {"adresse": variable}}


def _refused(route: str, words: Mapping[str, Any]) -> Iterator[int]:
    """Statuses by what the route is: any may be refused, an address with an id may name nothing, a write may clash."""
    yield from _ANY
    yield from words.get("statuts", ())
    if "{" in route and not words.get("liste"):  # an empty list is an answer
        yield 404
    if not route.startswith("GET ") and not words.get("lecture"):
        yield 409


def _of_headers_and_body(operation: Mapping[str, Any]) -> Iterator[int]:
    if any(one["name"] == "If-Match" for one in operation.get("parameters", ())):
        yield from (412, 428)
    if "requestBody" in operation:
        yield 413
