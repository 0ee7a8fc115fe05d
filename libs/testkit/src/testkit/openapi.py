"""Every answer that a test gets from an API is one that its OpenAPI document tells of: status, body, refusal."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import httpx2
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from chassis.problem import PAGE, kinds

_PROBLEM = "application/problem+json"


class Conforms:
    """A hook for the answers of an httpx2 client. Raises AssertionError where the document does not say what came."""

    @classmethod
    def to(cls, app: FastAPI) -> Self:
        """The hook for an application; it is made once for all that have its title."""
        if app.title not in cls._made:
            cls._made[app.title] = cls(app.openapi())
        made: Self = cls._made[app.title]
        return made

    _made: ClassVar[dict[str, Any]] = {}

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        paths = sorted(document["paths"], key=lambda path: str(path).count("{"))  # a name goes before a parameter
        self._paths = [(re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path))), path) for path in paths]
        self._validators: dict[tuple[str, str, int], Draft202012Validator] = {}

    async def __call__(self, response: httpx2.Response) -> None:
        found = self._operation(response.request)
        media = response.headers.get("content-type", "").partition(";")[0]
        if found is None or media == "text/html":  # a browser is answered with a page
            return
        await response.aread()
        route, operation = found
        answer = operation["responses"].get(str(response.status_code))
        assert answer is not None, f"{route}: {response.status_code} is not told of: {response.text[:200]}"
        answer = self._resolved(answer)
        if not answer.get("content"):
            assert not response.content, f"{route}: a body that is not told of"
            return
        assert media in answer["content"], f"{route}: {response.status_code} is {media}"
        if media.endswith("json"):
            self._check(route, media, answer["content"][media]["schema"], response)

    def _operation(self, request: httpx2.Request) -> tuple[str, dict[str, Any]] | None:
        for pattern, path in self._paths:
            if pattern.fullmatch(request.url.path):
                operation = self._document["paths"][path].get(request.method.lower())
                return (f"{request.method} {path}", operation) if operation else None
        return None

    def _resolved(self, answer: dict[str, Any]) -> dict[str, Any]:
        name = answer.get("$ref", "").rpartition("/")[2]
        found: dict[str, Any] = self._document["components"]["responses"][name] if name else answer
        return found

    def _check(self, route: str, media: str, schema: dict[str, Any], response: httpx2.Response) -> None:
        key = (route, media, response.status_code)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator({**schema, "components": self._document["components"]})
        body = response.json()
        faults = [f"{one.json_path}: {one.message[:200]}" for one in self._validators[key].iter_errors(body)]
        assert faults == [], f"{route}: {response.status_code}: {faults[:3]}"
        if media == _PROBLEM:
            assert list(_faults_of_problem(body, response.status_code)) == [], f"{route}: {body}"


def _faults_of_problem(body: dict[str, Any], status: int) -> Iterator[str]:
    kind = kinds().get(body["code"])
    if kind is None or status not in kind.statuts:
        yield f"problemes.toml does not have {body['code']} with {status}"
    elif body["title"] != kind.titre or body["status"] != status:
        yield "another title or status"
    if not re.fullmatch(rf"https?://.+/{re.escape(PAGE)}#{body['code']}", body["type"]):
        yield "a type that leads nowhere"
