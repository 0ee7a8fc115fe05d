"""A link that was forged, cut, moved or made for something else is one that nobody ever sent."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid5

import pytest

from acces.cles import Cles
from convocation.commun.jetons import Lien, empreinte, make_calendrier, make_lien, make_verification

KEY = "key-of-the-tests-" * 3
AUTRES = Cles(["another-key-of-tests-" * 2])
SAME = {"Sec-Fetch-Site": "same-origin"}
NOW = datetime(2099, 1, 10, 12, tzinfo=UTC)
FIN = NOW + timedelta(days=30)
NOBODYS = Lien(UUID(int=7), 0, b"\0" * 8)


async def bound(world, numero="100"):
    """What a link of this person is bound to now."""
    row = await world.pool.fetchrow("SELECT id, courriel FROM intervenant WHERE numero = $1", numero)
    return Lien(row["id"], 0, empreinte(row["courriel"], world.sceaux.liens))


def at(world, monkeypatch, moment):
    state = replace(world.app.state.application, clock=lambda: moment)
    monkeypatch.setattr(world.app.state, "application", state)


def shown(token):
    return "/lien/" + quote(token, safe="/")


def turned(token, bit):
    raw = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[bit // 8] ^= 1 << bit % 8
    return urlsafe_b64encode(raw).decode().rstrip("=")


def other_end(token, seconds):
    """The end of validity moved, under the same seal."""
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    end = int.from_bytes(raw[16:24], "big") + seconds
    return urlsafe_b64encode(raw[:16] + end.to_bytes(8, "big") + raw[24:]).decode().rstrip("=")


def other_name(token, id_):
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return urlsafe_b64encode(id_.bytes + raw[16:]).decode().rstrip("=")


def first_form(id_, cles):
    """As links were before 0035: a convocation and an end."""
    name = id_.bytes + int(FIN.timestamp()).to_bytes(8, "big")
    return urlsafe_b64encode(name + cles.seal(b"lien", name, 16)).decode().rstrip("=")


FAUX = {
    "a bit of the name": lambda token, lien, cles: turned(token, 3),
    "the last bit of the name": lambda token, lien, cles: turned(token, 127),
    "the first bit of the end": lambda token, lien, cles: turned(token, 128 + 7),
    "the last bit of the end": lambda token, lien, cles: turned(token, 184),
    "a bit of the count": lambda token, lien, cles: turned(token, 223),
    "a bit of the address": lambda token, lien, cles: turned(token, 240),
    "the first bit of the seal": lambda token, lien, cles: turned(token, 288),
    "the last bit of the seal": lambda token, lien, cles: turned(token, 415),
    "a day longer": lambda token, lien, cles: other_end(token, 86_400),
    "a second shorter": lambda token, lien, cles: other_end(token, -1),
    "another person's name under this seal": lambda token, lien, cles: other_name(
        token, uuid5(NOBODYS.intervenant_id, "x")
    ),
    "cut by one": lambda token, lien, cles: token[:-1],
    "cut by four": lambda token, lien, cles: token[:-4],
    "only the name": lambda token, lien, cles: token[:48],
    "without its first letter": lambda token, lien, cles: token[1:],
    "one letter more": lambda token, lien, cles: token + "A",
    "four letters more": lambda token, lien, cles: token + "AAAA",
    "twice": lambda token, lien, cles: token + token,
    "padded": lambda token, lien, cles: token + "==",
    "padded by one": lambda token, lien, cles: token + "=",
    "in the other alphabet": lambda token, lien, cles: token[:10] + "+" + token[11:],
    "another last letter of the same bytes": lambda token, lien, cles: token[:-1] + chr(ord(token[-1]) + 1),
    "in capitals": lambda token, lien, cles: token.upper(),
    "a QR code's": lambda token, lien, cles: make_verification(lien.intervenant_id, 1, cles),
    "a calendar's": lambda token, lien, cles: make_calendrier(lien.intervenant_id, cles),
    "other keys'": lambda token, lien, cles: make_lien(lien, FIN, AUTRES),
    "the key's of all tokens": lambda token, lien, cles: make_lien(lien, FIN, Cles([KEY])),
    "of the first form": lambda token, lien, cles: first_form(lien.intervenant_id, cles),
    "over since a second": lambda token, lien, cles: make_lien(lien, NOW - timedelta(seconds=1), cles),
    "over now": lambda token, lien, cles: make_lien(lien, NOW, cles),
    "over since years": lambda token, lien, cles: make_lien(lien, datetime(1970, 1, 1, tzinfo=UTC), cles),
    "a person of another database": lambda token, lien, cles: make_lien(NOBODYS, FIN, cles),
    "another address": lambda token, lien, cles: make_lien(lien._replace(adresse=empreinte("x@y", cles)), FIN, cles),
    "this address under other keys": lambda token, lien, cles: make_lien(
        lien._replace(adresse=empreinte("100@ac-exemple.invalid", AUTRES)), FIN, cles
    ),
    "another count": lambda token, lien, cles: make_lien(lien._replace(compteur=1), FIN, cles),
    "the person's id alone": lambda token, lien, cles: str(lien.intervenant_id),
    "letters that are not ASCII": lambda token, lien, cles: "é" + token[1:],
    "digits of another script": lambda token, lien, cles: token[:-1] + "\u0663",
    "a blank before": lambda token, lien, cles: " " + token,
    "a tabulation after": lambda token, lien, cles: token + "\t",
    "a stranger's letter that base64 skips": lambda token, lien, cles: token[:5] + "!" + token[5:],
    "a folder more": lambda token, lien, cles: token + "/x",
    "a slash after": lambda token, lien, cles: token + "/",
    "a folder before": lambda token, lien, cles: "x/" + token,
    "a host before": lambda token, lien, cles: "/exemple.invalid/" + token,
    "twice encoded": lambda token, lien, cles: quote(quote(f"{token}/..", safe=""), safe=""),
    "SQL": lambda token, lien, cles: "' OR 1=1 --",
    "empty": lambda token, lien, cles: "",
    "very long": lambda token, lien, cles: token * 400,
}


@pytest.mark.parametrize("forge", FAUX.values(), ids=FAUX)
async def test_a_forged_expired_or_foreign_link_gets_one_same_page_and_no_session(convoque, monkeypatch, forge):
    lien, cles = await bound(convoque), convoque.sceaux.liens
    token = make_lien(lien, FIN, cles)
    at(convoque, monkeypatch, NOW)
    assert (await convoque.client.get(shown(token))).status_code == 200
    path = shown(forge(token, lien, cles))
    for method, headers in (("GET", {}), ("POST", SAME)):
        answer = await convoque.client.request(method, path, headers=headers)
        plain = await convoque.client.request(method, "/lien/x", headers=headers)
        assert answer.status_code == 404
        assert answer.text == plain.text
        assert dict(answer.headers) == dict(plain.headers)
        assert "set-cookie" not in answer.headers
    assert "Ce lien n’est plus valable" in plain.text
    assert 'href="/connexion"' in plain.text
    assert 'action="/lien-perdu"' in plain.text
