"""Behind a proxy, what X-Forwarded-For says counts from the proxies that are trusted, and from nobody else."""

import httpx2
import pytest

from chassis.http import create_app
from chassis.server import configured
from chassis.settings import ServiceSettings


def settings(**more):
    return ServiceSettings(database_url="postgresql://x", kafka_bootstrap="x:1", **more)


@pytest.mark.parametrize(
    ("trusted", "asks", "seen"),
    [
        ("", "127.0.0.1", "127.0.0.1"),
        ("", "192.0.2.9", "192.0.2.9"),
        ("192.0.2.0/24", "192.0.2.9", "198.51.100.7"),
        ("192.0.2.0/24, 203.0.113.5", "203.0.113.5", "198.51.100.7"),
        ("192.0.2.0/24", "127.0.0.1", "127.0.0.1"),
    ],
)
async def test_an_address_is_believed_from_a_trusted_proxy_alone(trusted, asks, seen):
    config = configured(create_app(title="essai"), settings(http_trusted_proxies=trusted))
    told = []

    async def app(scope, _, send):
        told.append(scope["client"][0])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    config.app = app
    config.load()
    transport = httpx2.ASGITransport(app=config.loaded_app, client=(asks, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://essai") as client:
        await client.get("/", headers={"X-Forwarded-For": "198.51.100.7"})
    assert told == [seen]
