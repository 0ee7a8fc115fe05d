"""Letters by a real SMTP server: each once, the same mail after a crash, and nobody held back by another's address."""

from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI, Request
from structlog.testing import capture_logs

from notifier.domain.lettre import LettreFinie
from notifier.gateways.convocation import ConvocationGateway, ConvocationUnavailable
from notifier.gateways.mail import RelayUnavailable, Smtp
from notifier.use_cases.tell_etablissements import tell_etablissements

DONE = ("ENVOYEE", None)


@pytest.fixture
async def tell(smtp, identity):
    """`await tell(convocation)`: one round of the notifier's loop."""
    mail = Smtp(smtp.url)

    async def run(convocation):
        await tell_etablissements(convocation, mail, identity)

    yield run
    await mail.close()


def others(lettre, number):
    return [lettre._replace(id=UUID(int=rank), courriel=f"{rank}@ac-{rank}.invalid") for rank in range(1, number + 1)]


async def test_each_letter_goes_out_once_to_its_address_and_convocation_is_told(smtp, tell, convocation, lettre):
    held = convocation(*others(lettre, 3))
    await tell(held)
    await tell(held)
    assert [one.recipients for one in smtp.mailed] == [(f"{rank}@ac-{rank}.invalid",) for rank in (1, 2, 3)]
    assert (held.told, held.waiting) == ([DONE] * 3, {})
    first = smtp.mailed[0].message
    assert first["Subject"] == "IMAG’IN : 3 points à voir pour LYCEE FICTIF, session 2020-E3C1"
    assert first["Message-ID"] == f"<{UUID(int=1)}@ac-exemple.invalid>"


async def test_after_a_crash_it_is_the_same_mail_byte_for_byte(smtp, tell, convocation, lettre):
    held = convocation(lettre)
    smtp.drop_after_data = 1
    await tell(held)
    assert (len(smtp.mailed), held.told) == (1, [])
    held.died()
    await tell(held)
    assert bytes(smtp.mailed[0].message) == bytes(smtp.mailed[1].message)
    assert held.told == [DONE]


async def test_4xx_waits_and_5xx_is_told_and_both_hold_nobody_back(smtp, tell, convocation, lettre):
    held = convocation(*others(lettre, 3))
    smtp.to = {"1@ac-1.invalid": ["451 4.2.1 later"], "2@ac-2.invalid": ["550 5.1.1 unknown"]}
    with capture_logs() as lines:
        await tell(held)
    assert [one.recipients for one in smtp.mailed] == [("3@ac-3.invalid",)]
    assert list(held.waiting) == [UUID(int=1)]
    assert [one[0] for one in held.told] == ["ECHOUEE", "ENVOYEE"]
    assert "5.1.1" in held.told[0][1]
    assert "@" not in str(lines)


async def test_while_the_mail_server_is_away_nothing_is_taken(smtp, tell, convocation, lettre):
    held = convocation(lettre)
    smtp.stop()
    with pytest.raises(RelayUnavailable):
        await tell(held)
    assert held.taken == set()
    smtp.start()
    await tell(held)
    assert held.told == [DONE]


@pytest.mark.parametrize(
    "bad", [{"courriel": "x"}, {"nom": "X\r\nBcc: y@z.invalid"}, {"page": "javascript:x"}, {"courriel": ""}], ids=str
)
async def test_what_cannot_be_a_mail_is_told_and_holds_nobody_back(smtp, tell, convocation, lettre, bad):
    held = convocation(lettre._replace(**bad), lettre._replace(id=UUID(int=2)))
    await tell(held)
    assert ([one[0] for one in held.told], len(smtp.mailed)) == (["ECHOUEE", "ENVOYEE"], 1)


def gateway(app):
    made = ConvocationGateway("http://convocation.test", lambda: "token")
    made._client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://convocation.test")
    return made


async def test_the_call_tells_what_became_of_one_letter_and_takes_the_next(lettre):
    app, asked = FastAPI(), []

    @app.post("/api/avis")
    async def avis(request: Request):
        asked.append(await request.json())
        points = [one._asdict() for one in lettre.points]
        return {"lettres": [lettre._asdict() | {"id": str(lettre.id), "le": lettre.le.isoformat(), "points": points}]}

    assert await gateway(app).lettres([LettreFinie(UUID(int=3), "ECHOUEE", "x")]) == [lettre]
    assert asked == [{"finies": [{"id": str(UUID(int=3)), "sort": "ECHOUEE", "motif": "x"}]}]
    assert lettre.le == datetime(2020, 2, 3, 6, tzinfo=UTC)


async def test_what_came_back_is_told_without_taking_another():
    app, asked = FastAPI(), []

    @app.post("/api/avis")
    async def avis(request: Request):
        asked.append(await request.json())
        return {"lettres": []}

    await gateway(app).lettres_revenues([LettreFinie(UUID(int=3), "REVENUE", "x")])
    assert asked == [{"finies": [{"id": str(UUID(int=3)), "sort": "REVENUE", "motif": "x"}], "encore": False}]


async def test_while_convocation_is_down_letters_wait():
    with pytest.raises(ConvocationUnavailable):
        await gateway(FastAPI()).lettres([])
