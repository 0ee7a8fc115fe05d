"""The hook that compares answers with an OpenAPI document finds what the document does not tell of."""

import httpx2
import pytest
from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse

from chassis.problem import NOWHERE, body_of
from testkit.openapi import Conforms

PROBLEM = "application/problem+json"
REFUSAL = {"content": {PROBLEM: {"schema": {"type": "object", "required": ["code"]}}}}
NUMBER = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
RESPONSES = {
    "200": {"content": {"application/json": {"schema": NUMBER}}},
    "404": {"$ref": "#/components/responses/Refus404"},
}
DOCUMENT = {
    "paths": {"/choses/{nom}": {"get": {"responses": RESPONSES}}},
    "components": {"responses": {"Refus404": REFUSAL}},
}


def refusal(code="inconnu", status=404, **changes):
    body = body_of(NOWHERE, status, code, "Non.") | changes
    return JSONResponse(body, status, media_type=PROBLEM)


async def get(answer, path="/choses/une"):
    app = FastAPI()
    app.add_route("/{rest:path}", lambda _: answer)
    hooks = {"response": [Conforms(DOCUMENT)]}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://essai", event_hooks=hooks) as client:
        return await client.get(path)


@pytest.mark.parametrize(
    "answer", [JSONResponse({"n": 1, "plus": True}), refusal(), PlainTextResponse("x", 200, media_type="text/html")]
)
async def test_what_the_document_tells_of_passes(answer):
    await get(answer)


async def test_another_address_is_not_judged():
    await get(JSONResponse({}, 418), "/ailleurs")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (JSONResponse({"n": 1}, 418), "418 is not told of"),
        (JSONResponse({"n": "1"}), "is not of type 'integer'"),
        (JSONResponse({}), "'n' is a required property"),
        (PlainTextResponse("1"), "200 is text/plain"),
        (refusal("jamais-ecrit"), "does not have jamais-ecrit"),
        (refusal("service-ferme"), "does not have service-ferme with 404"),
        (refusal(title="Autre"), "another title"),
        (refusal(type="inconnu"), "leads nowhere"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_an_answer_that_the_document_does_not_tell_of_is_found(answer, why):
    with pytest.raises(AssertionError, match=why):
        await get(answer)
