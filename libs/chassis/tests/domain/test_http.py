"""What a request reads when its service cannot answer, and that it is counted as what was read."""

from datetime import UTC, datetime

import asyncpg
import httpx2
import pytest
from prometheus_client import REGISTRY
from starlette.responses import StreamingResponse

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
    assert (answer.status_code, answer.json()["type"]) == (503, "indisponible")
    assert counted(path, 503) == 1
    assert counted(path, 500) is None


async def test_an_error_of_ours_is_500_with_a_sentence_that_tells_nothing(app):
    answer = await get(app, ValueError("Dupont"), "/faute")
    assert (answer.status_code, answer.json()["type"]) == (500, "erreur-interne")
    assert "Dupont" not in answer.text
    assert counted("/faute", 500) == 1


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
