"""The signed link of a mail: whom it lets in, for how long, and that it tells nothing to anybody else (R57)."""

import io
import json
import re
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import structlog
from prometheus_client import generate_latest

from acces.acteur import Acteur, Role
from acces.cles import Cles
from acces.session import SessionEnded
from chassis import logs
from convocation.commun.jetons import Lien
from testkit.actes import actes

KEY = "key-of-the-tests-" * 3
AUTRES = Cles(["another-key-of-tests-" * 2])
SAME = {"Sec-Fetch-Site": "same-origin"}
COOKIE = "imagin_session"
NOW = datetime(2099, 1, 10, 12, tzinfo=UTC)
FIN = NOW + timedelta(days=30)
NOBODYS = Lien(UUID(int=7), 0, b"\0" * 8)
ANNEE = "2099-03-05"


async def sign_in(world, acteur):
    """The browser has an open session of somebody."""
    name, _, secret = (await world.signed_in(acteur)).partition("=")
    world.client.cookies.set(name, secret)


async def test_r57_one_click_signs_its_person_in_for_two_hours_and_leaves_the_address_bar(convoque, lien_of):
    path = await lien_of(convoque, convoque.une)
    page = await convoque.client.get(path)
    assert (page.status_code, "set-cookie" in page.headers) == (200, False)
    assert "Ouvrir mes convocations" in page.text
    assert "Élodie BŒUF" in page.text
    answer = await convoque.client.post(path, headers=SAME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/mes-missions")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Max-Age=7200", "SameSite=lax"} <= set(cookie.split("; "))
    sessions, secret = convoque.app.state.application.sessions, convoque.client.cookies[COOKIE]
    acteur = (await sessions.find(secret)).acteur
    assert (acteur.sub, acteur.role, acteur.nom) == ("100", Role.INTERVENANT, "Élodie BŒUF")
    assert (acteur.uais, acteur.academies) == (frozenset(), frozenset())
    later = datetime.now(UTC) + timedelta(hours=2)
    with pytest.raises(SessionEnded):
        await replace(sessions, clock=lambda: later, idle=timedelta(days=1)).find(secret)


async def test_who_opened_a_link_is_in_the_audit_and_who_only_looked_is_not(convoque, lien_of):
    path = await lien_of(convoque, convoque.une)
    await convoque.client.get(path)
    assert await convoque.pool.fetchval("SELECT count(*) FROM audit WHERE action LIKE 'lien.%'") == 0
    await convoque.client.post(path, headers=SAME)
    [act] = await actes(convoque.pool, "lien.ouvrir")
    assert (act.par, act.role, act.objet, act.academie) == ("100", "intervenant", "intervenant|100", "10")
    convoque.client.cookies.clear()
    assert "Session ouverte par le lien d’un mail" in await convoque.browser("administrateur").text("/journal")


async def test_r57_a_link_reads_its_persons_convocations_and_nothing_else(convoque, lien_of):
    await convoque.client.post(await lien_of(convoque, convoque.une), headers=SAME)
    own = await convoque.client.get("/api/mes-convocations")
    assert [one["convocation_id"] for one in own.json()["convocations"]] == [convoque.une]
    assert (await convoque.client.get(f"/convocations/{convoque.une}/convocation.pdf")).status_code == 200
    for path in (f"/convocations/{convoque.autre}", f"/convocations/{convoque.autre}/convocation.pdf"):
        assert (await convoque.client.get(path)).status_code == 404
    for path in (f"/missions/{convoque.hg}", "/missions", "/signature", "/intervenants", "/demandes", "/couverture"):
        assert (await convoque.client.get(path)).status_code in {403, 404}, path
    for path in (f"/convocations/{convoque.une}/supprimer", f"/convocations/{convoque.autre}/supprimer"):
        answer = await convoque.client.post(path, data={"version": "1", "motif": "x"}, headers=SAME)
        assert answer.status_code in {403, 404}, path


async def test_following_a_link_writes_and_opens_nothing_however_often_a_scanner_does(convoque, lien_of):
    path = await lien_of(convoque, convoque.une)
    tables = ("convocation", "convocation_version", "prise_de_connaissance", "audit", "outbox", "lien_perdu")
    query = " UNION ALL ".join(f"SELECT '{one}', count(*) FROM {one}" for one in tables)
    before = await convoque.pool.fetch(query)
    for method in ("GET", "HEAD", "GET"):
        answer = await convoque.client.request(method, path)
        assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert await convoque.pool.fetch(query) == before


async def test_a_link_holds_until_some_days_after_the_last_date_in_the_academies_own_time(
    convoque, monkeypatch, lien_of
):
    path = await lien_of(convoque, convoque.une)
    end = datetime(2099, 4, 4, 22, tzinfo=UTC)  # the 5th begins at Paris: 30 days after 5 March, the last one whole
    moments = [end, end - timedelta(seconds=1)]
    state = replace(convoque.app.state.application, clock=lambda: moments[-1])
    monkeypatch.setattr(convoque.app.state, "application", state)
    assert (await convoque.client.get(path)).status_code == 200
    moments.pop()
    assert (await convoque.client.get(path)).status_code == 404


async def test_the_link_of_the_last_day_there_is_is_a_link(open_world, lien_of):
    made = await open_world.chef.convoque(open_world.hg, "102")
    [one] = made.json()["convocations"]
    for table in ("convocation", "convocation_version"):
        last = f"UPDATE {table} SET dates = '{{9999-12-31}}' WHERE convocation_id = $1"
        await open_world.pool.execute(last, one["convocation_id"])
    assert (await open_world.client.get(await lien_of(open_world, one["convocation_id"]))).status_code == 200


@pytest.mark.parametrize(
    ("acteur", "said"),
    [
        (Acteur("chef.0699001J", Role.CHEF, "Camille CHEF"), "Camille CHEF (Chef d’établissement)"),
        (Acteur("101", Role.INTERVENANT, "Jean-Noël DE LA TOUR"), "Jean-Noël DE LA TOUR (Intervenant)"),
        (Acteur("100", Role.GESTIONNAIRE, "<b>100</b>"), "&lt;b&gt;100&lt;/b&gt; (Gestionnaire IMAGIN)"),
    ],
)
async def test_the_session_of_another_is_never_replaced_silently(convoque, acteur, said, lien_of):
    path = await lien_of(convoque, convoque.une)
    await sign_in(convoque, acteur)
    asked = await convoque.client.get(path)
    assert (asked.status_code, asked.headers["referrer-policy"]) == (200, "strict-origin")
    assert "set-cookie" not in asked.headers
    assert said in asked.text
    assert "Élodie BŒUF" in asked.text
    for secret in (path.rpartition("/")[2], "100@ac-exemple.invalid", convoque.une):
        assert secret not in asked.text
    refused = await convoque.client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    told = {"session": f"{acteur.role}:{acteur.sub}"}
    done = await convoque.client.post(path, data=told, headers=SAME)
    assert (done.status_code, done.headers["location"]) == (303, "/mes-missions")
    assert f"{COOKIE}=" in done.headers["set-cookie"]


async def test_a_session_opened_since_the_page_was_shown_is_not_replaced_unasked(convoque, lien_of):
    path = await lien_of(convoque, convoque.une)
    [shown_for] = re.findall(r'name="session" value="([^"]*)"', (await convoque.client.get(path)).text)
    assert shown_for == ""
    chef = Acteur("chef.0699001J", Role.CHEF, "Camille CHEF")
    await sign_in(convoque, chef)
    for told in ("", "chef:another", "intervenant:chef.0699001J"):
        asked = await convoque.client.post(path, data={"session": told}, headers=SAME)
        assert (asked.status_code, "set-cookie" in asked.headers) == (200, False)
        assert "Camille CHEF" in asked.text
    [told] = re.findall(r'name="session" value="([^"]*)"', asked.text)
    assert (await convoque.client.post(path, data={"session": told}, headers=SAME)).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://ailleurs.invalid"},
        {"Origin": "null"},
        {},
    ],
    ids=str,
)
async def test_a_form_of_another_site_signs_nobody_in_by_a_link(convoque, headers, lien_of):
    path = await lien_of(convoque, convoque.une)
    answer = await convoque.client.post(path, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert await convoque.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'lien.ouvrir'") == 0


async def test_the_same_person_keeps_her_session_and_an_expired_one_is_replaced(convoque, lien_of):
    path = await lien_of(convoque, convoque.une)
    same = Acteur("100", Role.INTERVENANT, "x")
    await sign_in(convoque, same)
    for kept in (await convoque.client.get(path), await convoque.client.post(path, headers=SAME)):
        assert (kept.status_code, "set-cookie" in kept.headers) == (303, False)
    convoque.client.cookies.clear()
    await sign_in(convoque, Acteur("chef", Role.CHEF, "x"))
    await convoque.pool.execute("UPDATE entree SET fin_le = now()")
    assert (await convoque.client.get(path)).status_code == 200
    assert f"{COOKIE}=" in (await convoque.client.post(path, headers=SAME)).headers["set-cookie"]


async def test_no_log_no_metric_and_no_referrer_bears_the_token(convoque, monkeypatch, lien_of):
    path = await lien_of(convoque, convoque.une)
    token = path.rpartition("/")[2]
    before, told = structlog.get_config(), io.StringIO()
    try:
        with redirect_stdout(told):
            logs.configure("convocation", "DEBUG")
            answers = [await convoque.client.get(path), await convoque.client.get(path + "x")]
            answers.append(await convoque.client.post(path, headers=SAME))
            answers.append(await convoque.client.put(path))
            await convoque.client.get(f"/calendrier/{token}.ics")
            without = replace(convoque.app.state.application, pool=None)
            monkeypatch.setattr(convoque.app.state, "application", without)
            answers.append(await convoque.client.get(path))
    finally:
        structlog.configure(**before)
    assert [one.status_code for one in answers] == [200, 404, 303, 405, 500]
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    assert {one["route"] for one in lines if one["event"] == "http.request"} == {
        "/lien/{token:path}",
        "/calendrier/{token}.ics",
    }
    for text in (told.getvalue(), generate_latest().decode()):
        assert token[:20] not in text
        assert convoque.une not in text
    for answer in answers[:3]:
        assert answer.headers["referrer-policy"] == "strict-origin"
        assert answer.headers["cache-control"] == "no-store"
