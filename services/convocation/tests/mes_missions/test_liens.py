"""The signed link of a mail: whom it lets in, for how long, and that it tells nothing to anybody else (R57)."""

import io
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid5

import pytest
import pytest_asyncio
import structlog
from prometheus_client import generate_latest

from acces.acteur import COOKIE, Acteur, Role, mint, read
from chassis import logs
from convocation.commun.jetons import make_calendrier, make_lien, make_verification

KEY, AUTRE_SECRET = "key-of-the-tests-" * 3, "another-key-of-tests-" * 2
NOW = datetime(2099, 1, 10, 12, tzinfo=UTC)
FIN = NOW + timedelta(days=30)
ANNEE = "2099-03-05"


@pytest_asyncio.fixture(loop_scope="session")
async def convoque(open_world):
    """Person 100 is convoked, and 101 too."""
    assert (await open_world.chef.convoque(open_world.hg, "100", "101", dates=[ANNEE])).status_code == 201
    rows = await open_world.pool.fetch("SELECT convocation_id FROM convocation ORDER BY numero")
    open_world.une, open_world.autre = [str(row["convocation_id"]) for row in rows]
    open_world.client.cookies.clear()
    yield open_world
    open_world.client.cookies.clear()


async def lien_of(world, convocation_id, version=1):
    """The path of the link that a mail bears."""
    body = {"demandes": [{"convocation_id": convocation_id, "version": version}]}
    [told] = (await world.notifier.post("/api/envois", body)).json()["envois"]
    base, path = told["lien"].split("/lien/")
    assert base == world.settings.public_url
    return f"/lien/{path}"


def at(world, monkeypatch, moment):
    state = replace(world.app.state.application, clock=lambda: moment)
    monkeypatch.setattr(world.app.state, "application", state)


async def test_r57_a_link_signs_its_person_in_for_two_hours_and_leaves_the_address_bar(convoque):
    answer = await convoque.client.get(await lien_of(convoque, convoque.une))
    assert (answer.status_code, answer.headers["location"]) == (303, "/mes-missions")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Max-Age=7200", "SameSite=lax"} <= set(cookie.split("; "))
    now = datetime.now(UTC)
    acteur = read(convoque.client.cookies[COOKIE], KEY, now=now)
    assert (acteur.sub, acteur.role, acteur.nom) == ("100", Role.INTERVENANT, "Élodie BŒUF")
    assert (acteur.uais, acteur.academies) == (frozenset(), frozenset())
    with pytest.raises(Exception, match="ExpiredTokenError"):
        read(convoque.client.cookies[COOKIE], KEY, now=now + timedelta(hours=2, seconds=1))


async def test_r57_a_link_reads_its_persons_convocations_and_nothing_else(convoque):
    await convoque.client.get(await lien_of(convoque, convoque.une))
    own = await convoque.client.get("/api/mes-convocations")
    assert [one["convocation_id"] for one in own.json()["convocations"]] == [convoque.une]
    assert (await convoque.client.get(f"/convocations/{convoque.une}/convocation.pdf")).status_code == 200
    for path in (f"/convocations/{convoque.autre}", f"/convocations/{convoque.autre}/convocation.pdf"):
        assert (await convoque.client.get(path)).status_code == 404
    for path in (f"/missions/{convoque.hg}", "/missions", "/signature", "/intervenants", "/demandes", "/couverture"):
        assert (await convoque.client.get(path)).status_code in {403, 404}, path
    headers = {"Sec-Fetch-Site": "same-origin"}
    for path in (f"/convocations/{convoque.une}/supprimer", f"/convocations/{convoque.autre}/supprimer"):
        answer = await convoque.client.post(path, data={"version": "1", "motif": "x"}, headers=headers)
        assert answer.status_code in {403, 404}, path


async def test_following_a_link_writes_nothing_however_often_a_scanner_does(convoque):
    path = await lien_of(convoque, convoque.une)
    tables = ("convocation", "convocation_version", "prise_de_connaissance", "audit", "outbox")
    query = " UNION ALL ".join(f"SELECT '{one}', count(*) FROM {one}" for one in tables)
    before = await convoque.pool.fetch(query)
    for method in ("GET", "HEAD", "GET"):
        convoque.client.cookies.clear()
        assert (await convoque.client.request(method, path)).status_code == 303
    assert await convoque.pool.fetch(query) == before


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


FAUX = {
    "a bit of the name": lambda token, id_: turned(token, 3),
    "the last bit of the name": lambda token, id_: turned(token, 127),
    "the first bit of the end": lambda token, id_: turned(token, 128 + 7),
    "the last bit of the end": lambda token, id_: turned(token, 184),
    "the first bit of the seal": lambda token, id_: turned(token, 192),
    "the last bit of the seal": lambda token, id_: turned(token, 319),
    "a day longer": lambda token, id_: other_end(token, 86_400),
    "a second shorter": lambda token, id_: other_end(token, -1),
    "another convocation's name under this seal": lambda token, id_: other_name(token, uuid5(id_, "x")),
    "cut by one": lambda token, id_: token[:-1],
    "cut by four": lambda token, id_: token[:-4],
    "only the name": lambda token, id_: token[:32],
    "without its first letter": lambda token, id_: token[1:],
    "one letter more": lambda token, id_: token + "A",
    "four letters more": lambda token, id_: token + "AAAA",
    "twice": lambda token, id_: token + token,
    "padded": lambda token, id_: token + "==",
    "padded by one": lambda token, id_: token + "=",
    "in the other alphabet": lambda token, id_: token[:10] + "+" + token[11:],
    "another last letter of the same bytes": lambda token, id_: token[:-1] + chr(ord(token[-1]) + 1),
    "in capitals": lambda token, id_: token.upper(),
    "a QR code's": lambda token, id_: make_verification(id_, 1, KEY),
    "a calendar's": lambda token, id_: make_calendrier(id_, KEY),
    "another secret's": lambda token, id_: make_lien(id_, FIN, AUTRE_SECRET),
    "over since a second": lambda token, id_: make_lien(id_, NOW - timedelta(seconds=1), KEY),
    "over now": lambda token, id_: make_lien(id_, NOW, KEY),
    "over since years": lambda token, id_: make_lien(id_, datetime(1970, 1, 1, tzinfo=UTC), KEY),
    "a convocation of another database": lambda token, id_: make_lien(uuid5(id_, "elsewhere"), FIN, KEY),
    "the convocation's id alone": lambda token, id_: str(id_),
    "letters that are not ASCII": lambda token, id_: "é" + token[1:],
    "digits of another script": lambda token, id_: token[:-1] + "\u0663",
    "a blank before": lambda token, id_: " " + token,
    "a tabulation after": lambda token, id_: token + "\t",
    "a stranger's letter that base64 skips": lambda token, id_: token[:5] + "!" + token[5:],
    "a folder more": lambda token, id_: token + "/x",
    "a slash after": lambda token, id_: token + "/",
    "a folder before": lambda token, id_: "x/" + token,
    "a host before": lambda token, id_: "/exemple.invalid/" + token,
    "twice encoded": lambda token, id_: quote(quote(f"{token}/..", safe=""), safe=""),
    "SQL": lambda token, id_: "' OR 1=1 --",
    "empty": lambda token, id_: "",
    "very long": lambda token, id_: token * 500,
}


@pytest.mark.parametrize("forge", FAUX.values(), ids=FAUX)
async def test_a_forged_expired_or_foreign_link_gets_one_same_page_and_no_session(convoque, monkeypatch, forge):
    token = make_lien(UUID(convoque.une), FIN, KEY)
    at(convoque, monkeypatch, NOW)
    assert (await convoque.client.get(shown(token))).status_code == 303
    convoque.client.cookies.clear()
    plain = await convoque.client.get("/lien/x")
    path = shown(forge(token, UUID(convoque.une)))
    for method, headers in (("GET", {}), ("POST", {"Sec-Fetch-Site": "same-origin"})):
        answer = await convoque.client.request(method, path, headers=headers)
        assert answer.status_code == 404
        assert answer.text == plain.text
        assert dict(answer.headers) == dict(plain.headers)
        assert "set-cookie" not in answer.headers
    assert "Ce lien n’est plus valable" in plain.text
    assert 'href="/connexion"' in plain.text


async def test_a_link_holds_until_some_days_after_the_last_date_in_the_academies_own_time(convoque, monkeypatch):
    path = await lien_of(convoque, convoque.une)
    end = datetime(2099, 4, 4, 22, tzinfo=UTC)  # the 5th begins at Paris: 30 days after 5 March, the last one whole
    moments = [end, end - timedelta(seconds=1)]
    state = replace(convoque.app.state.application, clock=lambda: moments[-1])
    monkeypatch.setattr(convoque.app.state, "application", state)
    assert (await convoque.client.get(path)).status_code == 303
    moments.pop()
    convoque.client.cookies.clear()
    assert (await convoque.client.get(path)).status_code == 404


async def test_the_link_of_the_last_day_there_is_is_a_link(open_world):
    made = await open_world.chef.convoque(open_world.hg, "102")
    [one] = made.json()["convocations"]
    for table in ("convocation", "convocation_version"):
        last = f"UPDATE {table} SET dates = '{{9999-12-31}}' WHERE convocation_id = $1"
        await open_world.pool.execute(last, one["convocation_id"])
    assert (await open_world.client.get(await lien_of(open_world, one["convocation_id"]))).status_code == 303
    open_world.client.cookies.clear()


@pytest.mark.parametrize(
    ("acteur", "said"),
    [
        (Acteur("chef.0699001J", Role.CHEF, "Camille CHEF"), "Camille CHEF (Chef d’établissement)"),
        (Acteur("101", Role.INTERVENANT, "Jean-Noël DE LA TOUR"), "Jean-Noël DE LA TOUR (Intervenant)"),
        (Acteur("100", Role.GESTIONNAIRE, "<b>100</b>"), "&lt;b&gt;100&lt;/b&gt; (Gestionnaire IMAGIN)"),
    ],
)
async def test_the_session_of_another_is_never_replaced_silently(convoque, acteur, said):
    path = await lien_of(convoque, convoque.une)
    session = mint(acteur, KEY, now=datetime.now(UTC), hours=1)
    convoque.client.cookies.set(COOKIE, session)
    asked = await convoque.client.get(path)
    assert (asked.status_code, asked.headers["referrer-policy"]) == (200, "strict-origin")
    assert "set-cookie" not in asked.headers
    assert said in asked.text
    assert "Élodie BŒUF" in asked.text
    for secret in (path.rpartition("/")[2], "100@ac-exemple.invalid", convoque.une):
        assert secret not in asked.text
    refused = await convoque.client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    done = await convoque.client.post(path, headers={"Sec-Fetch-Site": "same-origin"})
    assert (done.status_code, done.headers["location"]) == (303, "/mes-missions")
    assert f"{COOKIE}=" in done.headers["set-cookie"]


async def test_the_same_person_keeps_her_session_and_an_expired_one_is_replaced(convoque):
    path = await lien_of(convoque, convoque.une)
    same = Acteur("100", Role.INTERVENANT, "x")
    convoque.client.cookies.set(COOKIE, mint(same, KEY, now=datetime.now(UTC), hours=8))
    kept = await convoque.client.get(path)
    assert (kept.status_code, "set-cookie" in kept.headers) == (303, False)
    convoque.client.cookies.clear()
    old = Acteur("chef", Role.CHEF, "x")
    convoque.client.cookies.set(COOKIE, mint(old, KEY, now=datetime.now(UTC) - timedelta(hours=9), hours=8))
    assert f"{COOKIE}=" in (await convoque.client.get(path)).headers["set-cookie"]


async def test_the_link_of_a_merged_entry_opens_the_kept_ones_pages_and_a_deactivated_person_reads_on(convoque):
    first, second = await lien_of(convoque, convoque.une), await lien_of(convoque, convoque.autre)
    rows = await convoque.pool.fetch(
        "SELECT numero, id, version FROM intervenant WHERE numero IN ('100', '101', '104')"
    )
    people = {row["numero"]: {"id": str(row["id"]), "version": row["version"]} for row in rows}
    body = {"gardee": people["104"], "autre": people["100"]}
    assert (await convoque.gestionnaire.post("/api/intervenants/fusion", body)).status_code == 200
    await convoque.pool.execute("UPDATE intervenant SET actif = false WHERE numero = '101'")
    for path, numero in ((first, "104"), (second, "101")):
        convoque.client.cookies.clear()
        assert (await convoque.client.get(path)).status_code == 303
        assert read(convoque.client.cookies[COOKIE], KEY, now=datetime.now(UTC)).sub == numero


async def test_no_log_no_metric_and_no_referrer_bears_the_token(convoque, monkeypatch):
    path = await lien_of(convoque, convoque.une)
    token = path.rpartition("/")[2]
    before, told = structlog.get_config(), io.StringIO()
    try:
        with redirect_stdout(told):
            logs.configure("convocation", "DEBUG")
            answers = [await convoque.client.get(path), await convoque.client.get(path + "x")]
            answers.append(await convoque.client.post(path, headers={"Sec-Fetch-Site": "same-origin"}))
            answers.append(await convoque.client.put(path))
            await convoque.client.get(f"/calendrier/{token}.ics")
            without = replace(convoque.app.state.application, pool=None)
            monkeypatch.setattr(convoque.app.state, "application", without)
            answers.append(await convoque.client.get(path))
    finally:
        structlog.configure(**before)
    assert [one.status_code for one in answers] == [303, 404, 303, 405, 500]
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    assert {one["route"] for one in lines if one["event"] == "http.request"} == {
        "/lien/{token:path}",
        "/calendrier/{token}.ics",
    }
    for text in (told.getvalue(), generate_latest().decode()):
        assert token[:20] not in text
        assert convoque.une not in text
    for answer in answers[:3]:
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
