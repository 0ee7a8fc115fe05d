"""The call to convocation: one version it cannot answer holds back no other (0008)."""

from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from notifier.domain.courrier import Item, Nature
from notifier.gateways.composition import compose
from notifier.gateways.convocation import ConvocationGateway, ConvocationUnavailable, Demande

BAD = UUID(int=13)
MOMENT = datetime(2020, 2, 1, 8, tzinfo=UTC)


ENVOI = {
    "status": 200,
    "nature": "CONVOCATION",
    "lue": False,
    "courriel": "1@y.invalid",
    "civilite": "Mme",
    "nom": "BŒUF",
    "prenom": "Élodie",
    "type": "CORRECTION",
    "libelle": "HG",
    "voie": "GENERALE",
    "session": "2020-E3C1",
    "academie": "10",
    "observation": "",
    "motif": None,
    "reponse_empechement": None,
    "lien": "https://x.invalid/l",
    "etablissement": {"nom": "LYCEE FICTIF", "commune": "LYON", "uai": "0699001J"},
    "qualite_libelle": "Correcteur Santorin",
    "dates": ["2020-03-05"],
    "signataire": None,
    "precedente": None,
    "document": {"nom": "c.pdf", "octets": "JVBERg=="},
    "calendrier": {"nom": "c.ics", "methode": "REQUEST", "texte": "BEGIN:VCALENDAR"},
}


def gateway(status=500, answer=None):
    app = FastAPI()

    @app.post("/api/envois")
    async def envois(request: Request):
        asked = (await request.json())["demandes"]
        if any(one["convocation_id"] == str(BAD) for one in asked):
            return JSONResponse({}, status)
        return {"envois": [one | (answer or {"status": 410}) for one in asked]}

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


@pytest.mark.parametrize(
    ("courriel", "reponse"),
    [
        ("dec@ac-x.invalid", "Bureau des examens <dec@ac-x.invalid>"),
        ("dec@académie.invalid", "Bureau des examens <dec@xn--acadmie-eya.invalid>"),
        ("préfet@ac-x.invalid", None),
        ('"dec"@ac-x.invalid', None),
        ("dec@[127.0.0.1]", None),
        ("dec..ac@x.invalid", None),
        ("dec@x.invalid,autre@x.invalid", None),
    ],
)
async def test_a_contact_nobody_can_write_to_is_no_reason_to_send_nothing(courriel, reponse):
    wanted = Demande(UUID(int=1), 1)
    contact = {"nom": "Bureau\ndes  examens", "courriel": courriel}
    envoi = (await gateway(answer=ENVOI | {"reponse": contact}).envois([wanted]))[wanted]
    assert envoi.reponse == reponse
    message = compose([Item(Nature.CONVOCATION, envoi)], message_id="<a@b>", date=MOMENT, sender="no@imagin.invalid")
    assert (b"\r\nReply-To: " in bytes(message)) == (reponse is not None)
