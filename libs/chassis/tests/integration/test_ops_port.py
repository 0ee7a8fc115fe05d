"""Metrics and the OpenAPI document are for who runs the service: at a port of their own, on this machine by default."""

import asyncio
from datetime import UTC, datetime

import httpx2
import pytest
import uvicorn

from chassis.http import Application, create_app, ops_app
from chassis.server import configured, ops_port
from chassis.settings import ServiceSettings
from testkit.eventually import eventually
from testkit.ports import free_ports


@pytest.fixture
async def ports():
    """The URLs of a service that runs: for everybody, and for who runs it; `stop` ends it."""
    app = create_app(title="essai")
    app.state.application = Application(pool=None, clock=lambda: datetime.now(UTC), wake_relay=lambda: None)

    @app.get("/api/essai")
    async def something():
        return {}

    port, ops = free_ports(2)
    settings = ServiceSettings(database_url="postgresql://x", kafka_bootstrap="x:1", http_port=port, ops_http_port=ops)
    serving = uvicorn.Server(configured(app, settings))

    async def run():
        async with ops_port(ops_app(app), settings):
            await serving.serve()

    task = asyncio.create_task(run())

    async def stop():
        serving.should_exit = True
        await task

    urls = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ops}"
    for url in urls:
        await eventually(lambda url=url: status(url, "/health/live"), because="it answers")
    yield (*urls, stop)
    await stop()


async def got(url, path):
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.get(f"{url}{path}")


async def status(url, path):
    try:
        return (await got(url, path)).status_code
    except httpx2.TransportError:
        return None


async def test_metrics_and_the_document_are_at_their_own_port_and_health_is_where_all_come(ports):
    everybody, ops, _ = ports
    assert [await status(everybody, path) for path in ("/metrics", "/openapi.json", "/health/live")] == [404, 404, 200]
    assert [await status(ops, path) for path in ("/api/essai", "/health/live")] == [404, 404]
    assert "imagin_event_loop_lag_seconds" in (await got(ops, "/metrics")).text
    assert list((await got(ops, "/openapi.json")).json()["paths"]) == ["/api/essai"]


async def test_the_port_closes_with_its_service_though_somebody_keeps_a_connection(ports):
    _, ops, stop = ports
    async with httpx2.AsyncClient(trust_env=False) as client:
        await client.get(f"{ops}/metrics")
        async with asyncio.timeout(5):
            await stop()
    assert await status(ops, "/metrics") is None
