"""What a request reads when its service cannot answer or will not, and that it is counted as what was read."""

from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import httpx2
import pytest
from prometheus_client import REGISTRY, generate_latest
from starlette.responses import Response, StreamingResponse
from structlog.testing import capture_logs

from chassis.http import Application, create_app


@pytest.fixture
def app():
    app = create_app(title="essai")
    app.state.application = Application(pool=None, clock=lambda: datetime.now(UTC), wake_relay=lambda: None)
    return app


async def get(app, error, path="/essai"):
    @app.get(path)
    async def fail():
        raise error

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://essai") as client:
        return await client.get(path)


def counted(path, status):
    labels = {"method": "GET", "route": path, "status": str(status)}
    return REGISTRY.get_sample_value("imagin_http_request_seconds_count", labels)


@pytest.mark.parametrize("error", [ConnectionResetError(), asyncpg.InternalClientError("x"), TimeoutError()], ids=repr)
async def test_an_outage_is_503_for_the_client_the_server_and_the_metrics(app, error):
    path = f"/{type(error).__name__}"
    answer = await get(app, error, path)  # the transport would raise what the application raises
    assert (answer.status_code, answer.json()["code"]) == (503, "indisponible")
    assert counted(path, 503) == 1
    assert counted(path, 500) is None


async def test_an_error_of_ours_is_500_with_a_sentence_that_tells_nothing(app):
    answer = await get(app, ValueError("Dupont"), "/faute")
    assert (answer.status_code, answer.json()["code"]) == (500, "erreur-interne")
    assert "Dupont" not in answer.text
    assert counted("/faute", 500) == 1


async def test_head_is_answered_as_get_is_and_counted_as_itself(app):
    @app.get("/page")
    async def page():
        return Response("bonjour", headers={"x-page": "1"})

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://essai") as client:
        got, head, none = await client.get("/page"), await client.head("/page"), await client.head("/rien")
        posted = await client.post("/page")
    assert (head.status_code, head.headers["x-page"], head.headers["content-length"]) == (200, "1", "7")
    assert (got.status_code, none.status_code, posted.status_code) == (200, 404, 405)
    labels = {"method": "HEAD", "route": "/page", "status": "200"}
    assert REGISTRY.get_sample_value("imagin_http_request_seconds_count", labels) == 1


async def test_an_answer_that_breaks_off_is_never_followed_by_another(app):
    @app.get("/flux")
    async def stream():
        async def parts():
            yield b"a"
            raise ConnectionResetError

        return StreamingResponse(parts())

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://essai") as client:
        with pytest.raises(ConnectionResetError):
            await client.get("/flux")


@pytest.fixture
async def client(app):
    @app.get("/lettre/{lettre}")
    async def letter(lettre: str, suite: str = ""):
        return [lettre, suite]

    @app.get("/garde")
    async def kept():
        return Response("x", headers={"Cache-Control": "private, max-age=60"})

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://essai") as one:
        yield one


async def test_an_invented_method_is_no_label_and_no_word_of_the_log(client):
    invented = "A" * 60_000
    with capture_logs() as lines:
        assert (await client.request(invented, "/lettre/a")).status_code == 405
    assert [one["method"] for one in lines if one["event"] == "http.request"] == ["other"]
    assert invented not in generate_latest().decode()


@pytest.mark.parametrize("address", ["/lettre/%00", "/lettre/a?suite=%00", "/lettre/a?inconnu=b%00", "/%00"])
async def test_a_nul_in_an_address_is_refused_before_anybody_looks_at_it(client, address):
    answer = await client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (400, "caractere-nul")


async def test_a_value_that_no_column_holds_is_a_fault_of_the_request(app):
    error = asyncpg.DataError("invalid input for query argument $1: 'Dupont'")
    answer = await get(app, error, "/valeur")
    assert (answer.status_code, answer.json()["code"]) == (422, "valeur-impossible")
    assert "Dupont" not in answer.text


@pytest.mark.parametrize("address", ["/lettre/a", "/inconnu", "/health/live"])
async def test_no_answer_is_stored_or_taken_for_something_else(client, address):
    headers = (await client.get(address)).headers
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("address", ["/lettre/a", "/inconnu", "/%00", "/garde", "/health/live"])
async def test_no_answer_but_a_page_loads_anything_or_is_framed(client, address):
    policy = (await client.get(address)).headers["content-security-policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"


async def test_an_answer_that_says_how_it_is_kept_is_kept_so(client):
    assert (await client.get("/garde")).headers["cache-control"] == "private, max-age=60"


@pytest.mark.parametrize(
    ("public_url", "told"), [("https://essai.invalid", "max-age=31536000"), ("http://e", None), ("", None)]
)
async def test_browsers_are_told_to_stay_with_https_where_people_use_it(app, client, public_url, told):
    app.state.application = replace(app.state.application, public_url=public_url)
    assert (await client.get("/lettre/a")).headers.get("strict-transport-security") == told


async def test_nobody_is_redirected_to_a_host_that_the_request_names(client):
    answer = await client.get("/lettre/a/", headers={"Host": "ailleurs.invalid"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


async def test_a_refusal_is_told_by_an_address_a_title_and_its_short_word(app):
    app.state.application = replace(app.state.application, documentation_url="https://pages.invalid/imagin")
    answer = await get(app, TimeoutError(), "/lente")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "https://pages.invalid/imagin/integrateurs/problemes.html#indisponible",
        "title": "Service indisponible",
        "status": 503,
        "detail": "Le service est momentanément indisponible, réessayez.",
        "code": "indisponible",
    }
