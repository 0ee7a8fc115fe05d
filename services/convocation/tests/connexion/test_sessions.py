"""Sessions are kept on the server and end when it says so: sign-out, idleness, hours, a person who may no more."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from acces import securite
from acces.acteur import Acteur, Role
from acces.session import RemoteSessions, Session, SessionEnded
from chassis.problem import Problem
from convocation.entrees.commands import Entrees, close_all_of, forget
from convocation.entrees.navigateur import navigateur
from pages.saisie import _MAX_BYTES

LYON = "0699001J"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
CHEF = Acteur("chef.1", Role.CHEF, "Camille CHEF", frozenset({LYON}), frozenset({"10"}))
GESTIONNAIRE = Acteur("gest.1", Role.GESTIONNAIRE, "Camille CHEF", frozenset(), frozenset({"10"}))


class Clock:
    def __init__(self):
        self.now = datetime.now(UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock(world, monkeypatch):
    """Of the sessions; `world.app` goes by it."""
    clock, state = Clock(), world.app.state.application
    sessions = Entrees(world.pool, clock, idle=timedelta(hours=1), hours=timedelta(hours=10), secure=False)
    monkeypatch.setattr(world.app.state, "application", replace(state, sessions=sessions))
    return clock


async def asked(world, cookie, path="/missions", **headers):
    return await world.client.get(path, headers=HTML | {"Cookie": cookie} | headers)


async def posted(world, cookie, path, data, **more):
    return await world.client.post(path, data=data, headers=HTML | {"Cookie": cookie}, **more)


async def test_after_signing_out_the_old_cookie_and_the_same_secret_as_bearer_are_refused(world):
    cookie = await world.signed_in(CHEF)
    secret = cookie.partition("=")[2]
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await asked(world, cookie)).status_code == 200
    assert (await world.client.get("/api/moi", headers=bearer)).status_code == 401
    out = await posted(world, cookie, "/deconnexion", {})
    assert 'imagin_session=""' in out.headers["set-cookie"]
    world.client.cookies.clear()
    assert (await asked(world, cookie)).headers["location"] == "/connexion?suite=/missions"
    assert (await world.client.get("/api/moi", headers={"Cookie": cookie})).status_code == 401
    assert (await world.client.get("/api/moi", headers=bearer)).status_code == 401


async def test_the_database_holds_no_secret_of_a_session(world):
    cookie = await world.signed_in(CHEF)
    secret = cookie.partition("=")[2]
    held = await world.pool.fetchval("SELECT string_agg(e::text, ' ') FROM entree e")
    assert secret not in held
    assert len(secret) >= 43


async def test_a_session_in_which_nobody_acts_is_over_and_one_that_is_used_goes_on(world, clock):
    cookie = await world.signed_in(CHEF)
    for _ in range(4):
        clock.now += timedelta(minutes=50)
        assert (await asked(world, cookie)).status_code == 200
    clock.now += timedelta(hours=1)
    assert (await asked(world, cookie)).status_code == 303
    told = await world.client.get("/api/moi", headers={"Cookie": cookie})
    assert (told.status_code, told.json()["code"]) == (401, "session-finie")


async def test_a_session_of_ten_hours_is_over_however_much_it_is_used(world, clock):
    cookie = await world.signed_in(CHEF)
    for _ in range(11):
        clock.now += timedelta(minutes=54)
        assert (await asked(world, cookie)).status_code == 200
    clock.now += timedelta(minutes=6)
    assert (await asked(world, cookie)).status_code == 303


async def test_a_session_is_written_once_a_minute_at_most(world, clock):
    cookie = await world.signed_in(CHEF)
    query = "SELECT vue_le FROM entree"
    began = await world.pool.fetchval(query)
    clock.now += timedelta(seconds=59)
    await asked(world, cookie)
    assert await world.pool.fetchval(query) == began
    clock.now += timedelta(seconds=1)
    await asked(world, cookie)
    assert await world.pool.fetchval(query) == clock.now


async def test_all_sessions_of_a_person_end_at_once_and_nobody_elses(world):
    one, two = await world.signed_in(CHEF), await world.signed_in(GESTIONNAIRE, CHEF)
    other = await world.signed_in(replace(CHEF, sub="chef.2"))
    async with world.pool.acquire() as connection:
        await close_all_of(connection, ["chef.1"])
    for cookie in (one, two):
        assert (await asked(world, cookie)).status_code == 303
    assert (await asked(world, other)).status_code == 200


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def three(world, clock):
    """Three sessions of one account, the last one here, and one of somebody else: cookies, and ids by cookie."""
    people = [CHEF, CHEF, CHEF, replace(CHEF, sub="chef.2")]
    cookies = [await world.signed_in(one) for one in people]
    prints = [hashlib.sha256(one.partition("=")[2].encode()).digest() for one in cookies]
    query = "SELECT entree_id FROM entree WHERE empreinte = $1"
    return cookies, {
        one: str(await world.pool.fetchval(query, found)) for one, found in zip(cookies, prints, strict=True)
    }


async def alive(world, cookies):
    return [(await asked(world, one)).status_code == 200 for one in cookies]


async def test_a_person_sees_her_own_open_sessions_and_ends_one_or_all_others(world, clock, three):
    (one, two, here, other), ids = three
    listed = (await asked(world, here, "/mes-connexions")).text
    assert [found in listed for found in (ids[one], ids[two], ids[here], ids[other])] == [True, True, False, False]
    assert listed.count("Cette connexion") == 1
    ended = await posted(world, here, "/mes-connexions", {"connexion": ids[one]})
    assert ended.headers["location"] == "/mes-connexions?fait=connexions-terminees"
    assert await alive(world, [one, two, here, other]) == [False, True, True, True]
    assert ids[one] not in (await asked(world, here, "/mes-connexions")).text
    await posted(world, here, "/mes-connexions", {})
    assert await alive(world, [two, here, other]) == [False, True, True]
    assert "nulle part ailleurs" in (await asked(world, here, "/mes-connexions")).text


async def test_nobody_ends_somebody_elses_session_nor_by_another_site(world, three):
    (one, _, here, other), ids = three
    assert (await posted(world, here, "/mes-connexions", {"connexion": ids[other]})).status_code == 303
    foreign = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site", "Cookie": here}
    assert (await world.client.post("/mes-connexions", data={}, headers=foreign)).status_code == 403
    assert (await posted(world, here, "/mes-connexions", {"connexion": "x"})).status_code == 404
    assert await alive(world, [one, other]) == [True, True]
    assert (await world.chef.get("/mes-connexions")).status_code == 404, "a program has none"


async def test_a_session_that_is_over_is_not_listed(world, clock, three):
    (one, _, here, _), ids = three
    clock.now += timedelta(minutes=50)
    await asked(world, here)
    clock.now += timedelta(minutes=50)
    assert ids[one] not in (await asked(world, here, "/mes-connexions")).text


async def test_ending_other_sessions_is_a_security_event(world, three, tmp_path):
    (_, _, here, _), _ = three
    securite.configure("convocation", tmp_path / "securite.jsonl")
    await posted(world, here, "/mes-connexions", {})
    securite.configure("convocation", None)
    [told] = [json.loads(line) for line in (tmp_path / "securite.jsonl").read_text().splitlines()]
    assert (told["event"], told["acteur"], told["count"]) == ("session.others_closed", "chef.1", 2)


async def test_the_link_to_ones_sessions_is_where_functions_are_chosen_and_on_each_page(world):
    cookie = await world.signed_in(CHEF, GESTIONNAIRE)
    for path, found in (("/fonctions", 2), ("/missions", 1)):
        assert (await asked(world, cookie, path)).text.count('href="/mes-connexions"') == found


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        (FIREFOX, "Firefox sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36", "Chrome sur Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Mobile Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36", "Chrome sur Android"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_told_in_words_of_ours_alone(user_agent, told):
    assert navigateur(user_agent) == told


async def test_who_is_deactivated_by_whatever_way_is_signed_out_at_once(world):
    cookie = await world.signed_in(Acteur("100", Role.INTERVENANT, "Élodie BŒUF"))
    other = await world.signed_in(Acteur("101", Role.INTERVENANT, "Jean-Noël DE LA TOUR"))
    assert (await asked(world, cookie, "/mes-missions")).status_code == 200
    await world.pool.execute("UPDATE intervenant SET actif = false WHERE numero = '100'")
    assert (await asked(world, cookie, "/mes-missions")).status_code == 303
    assert (await asked(world, other, "/mes-missions")).status_code == 200


async def test_what_was_typed_survives_an_expired_session_and_is_sent_again_after_signing_in(world, clock):
    await world.open()
    cookie = await world.signed_in(CHEF)
    clock.now += timedelta(hours=2)
    path = f"/missions/{world.hg}/affectation"
    typed = {"observation": "Salle <12> & « B »", "intervenants": ["100", "101"], "cle": "une-cle"}
    answer = await posted(world, cookie, f"{path}?x=1", typed)
    assert answer.status_code == 401
    assert "Votre session est finie" in answer.text
    assert 'value="Salle &lt;12&gt; &amp; « B »"' in answer.text
    assert answer.text.count('name="intervenants"') == 2
    assert f'action="{path}?x=1"' in answer.text
    assert await world.told() == []


async def test_of_an_expired_session_no_file_and_no_flood_is_kept(world, clock):
    cookie = await world.signed_in(CHEF)
    clock.now += timedelta(hours=2)
    answer = await posted(world, cookie, "/signature/x", {}, files={"image": ("x.png", b"x")})
    assert (answer.status_code, "choisissez de nouveau votre fichier" in answer.text) == (401, True)
    answer = await posted(world, cookie, "/x", {"a": "x" * _MAX_BYTES})
    assert "x" * 100 not in answer.text


async def test_what_a_stranger_typed_is_not_read_nor_shown(world):
    answer = await posted(world, "imagin_session=inconnue", f"/missions/{world.hg}/affectation", {"observation": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?suite=/")


async def test_a_person_with_several_functions_changes_without_signing_out(world):
    cookie = await world.signed_in(CHEF, GESTIONNAIRE)
    page = await asked(world, cookie)
    assert 'href="/fonctions"' in page.text
    page = await asked(world, cookie, "/fonctions")
    assert f"LYCEE {LYON}, VILLE" in page.text
    assert "académie de Lyon" in page.text
    assert (await world.client.get("/api/moi", headers={"Cookie": cookie})).json()["role"] == "chef"
    chosen = await posted(world, cookie, "/fonctions", {"choisie": "2"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/")
    told = (await world.client.get("/api/moi", headers={"Cookie": cookie})).json()
    assert (told["role"], told["uais"], told["academies"], told["fonctions"]) == ("gestionnaire", [], ["10"], 2)
    for absent in ("3", "0", "-1", "", "x" * 20, "99999"):
        assert (await posted(world, cookie, "/fonctions", {"choisie": absent})).status_code == 404, absent


async def test_a_program_and_a_person_with_one_function_have_nothing_to_choose(world):
    assert (await world.chef.get("/fonctions")).status_code == 404
    assert 'href="/fonctions"' not in (await world.browser("chef").get("/missions")).text


async def test_sessions_that_are_over_for_a_day_are_forgotten(world, clock):
    await world.signed_in(CHEF)
    async with world.pool.acquire() as connection:
        await forget(connection, clock.now + timedelta(hours=33))
        assert await connection.fetchval("SELECT count(*) FROM entree") == 1
        await forget(connection, clock.now + timedelta(hours=35))
        assert await connection.fetchval("SELECT count(*) FROM entree") == 0


@pytest.fixture
def elsewhere(world):
    """As mission-import asks this service."""
    transport = httpx2.ASGITransport(app=world.app)
    return RemoteSessions("http://imagin.test", secure=False, transport=transport)


async def test_another_service_knows_who_is_signed_in_here_until_the_session_ends_on_either_side(
    world, elsewhere, clock
):
    secret = (await world.signed_in(CHEF, GESTIONNAIRE)).partition("=")[2]
    assert await elsewhere.find(secret) == Session(CHEF, 2)
    assert await elsewhere.find("inconnue") is None
    await elsewhere.close(secret)
    assert await elsewhere.find(secret) is None
    secret = (await world.signed_in(CHEF)).partition("=")[2]
    clock.now += timedelta(hours=1)
    with pytest.raises(SessionEnded):
        await elsewhere.find(secret)


@pytest.mark.parametrize("answer", [500, 503, 429, httpx2.ConnectError("away"), "not ours"], ids=str)
async def test_where_the_keeper_of_sessions_does_not_answer_nobody_is_believed(answer):
    def answers(_):
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer) if isinstance(answer, int) else httpx2.Response(200, text=answer)

    sessions = RemoteSessions("http://imagin.test", secure=True, transport=httpx2.MockTransport(answers))
    with pytest.raises(Problem) as refusal:
        await sessions.find("x")
    assert refusal.value.status == 503


async def test_signing_in_ends_the_session_that_this_browser_had(world):
    world.settings.development_sign_in = True
    old = await world.signed_in(CHEF)
    form = {"role": "administrateur", "code": "", "suite": "/"}
    await posted(world, old, "/connexion/developpement", form)
    world.client.cookies.clear()
    assert (await asked(world, old)).status_code == 303


async def test_the_cookie_is_of_this_host_alone_by_https(world, monkeypatch):
    state = world.app.state.application
    sessions = replace(state.sessions, secure=True)
    monkeypatch.setattr(
        world.app.state, "application", replace(state, sessions=sessions, public_url="https://imagin.test")
    )
    cookie = await world.signed_in(CHEF)
    assert cookie.startswith("__Host-imagin=")
    assert (await asked(world, cookie)).status_code == 200
    assert (await asked(world, cookie.replace("__Host-imagin", "imagin_session"))).status_code == 303
