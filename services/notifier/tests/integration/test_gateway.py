"""The call to convocation: one version it cannot answer holds back no other (0008)."""

from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from notifier.gateways.convocation import ConvocationGateway, ConvocationUnavailable, Demande

BAD = UUID(int=13)


def gateway(status=500):
    app = FastAPI()

    @app.post("/api/envois")
    async def envois(request: Request):
        asked = (await request.json())["demandes"]
        if any(one["convocation_id"] == str(BAD) for one in asked):
            return JSONResponse({}, status)
        return {"envois": [one | {"status": 410} for one in asked]}

    made = ConvocationGateway("http://convocation.test", lambda: "token")
    made._client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://convocation.test")
    return made


async def test_a_version_convocation_fails_at_is_asked_for_alone():
    wanted = [Demande(UUID(int=number), 1) for number in range(10, 16)]
    answers = await gateway().envois(wanted)
    assert [answers[one] for one in wanted] == [410, 410, 410, 500, 410, 410]


@pytest.mark.parametrize("status", [401, 403, 422, 502, 503])
async def test_any_other_refusal_is_a_reason_to_wait(status):
    with pytest.raises(ConvocationUnavailable):
        await gateway(status).envois([Demande(BAD, 1)])
