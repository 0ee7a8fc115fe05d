"""What ends a link before its day: a corrected address, a deactivated person, a cancelled convocation, a lost mail."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from acces import securite
from acces.acteur import Acteur, Role
from convocation.commun.application import Sceaux
from testkit.actes import actes

JOUR, ADRESSE = "2099-03-05", "100@ac-exemple.invalid"
SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest_asyncio.fixture(loop_scope="session")
async def convoque(open_world):
    """Person 100 is convoked on two missions; `une` is the later one. 101 is convoked too."""
    open_world.client.cookies.clear()
    made = await open_world.chef.convoque(open_world.hlp, "100", dates=["2099-03-01"])
    open_world.autre = made.json()["convocations"][0]["convocation_id"]
    assert (await open_world.chef.convoque(open_world.hg, "100", "101", dates=[JOUR])).status_code == 201
    query = "SELECT convocation_id FROM convocation WHERE numero = $1 AND mission_id = $2"
    open_world.une = str(await open_world.pool.fetchval(query, "100", open_world.hg))
    open_world.voisine = str(await open_world.pool.fetchval(query, "101", open_world.hg))
    yield open_world
    open_world.client.cookies.clear()


async def opens(world, path):
    """Whether the link shows its page, and signs in; both always say the same."""
    shown = await world.client.get(path)
    entered = await world.client.post(path, headers=SAME)
    world.client.cookies.clear()
    assert (shown.status_code, entered.status_code) in {(200, 303), (404, 404)}
    assert (shown.status_code == 200) == ("set-cookie" in entered.headers)
    return shown.status_code == 200


async def corrected(world, courriel, numero="100"):
    entry = world.fiche(numero, "BŒUF", "Élodie") | {"courriel": courriel}
    await world.register([entry])


async def cancelled(world, convocation_id):
    answer = await world.chef.post(
        f"/api/convocations/{convocation_id}/annulation", {"motif": "x"}, **{"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text


async def lost(world, courriel=ADRESSE, **headers):
    return await world.client.post("/lien-perdu", data={"courriel": courriel}, headers=SAME | headers)


async def asked(world):
    """The mails asked for: convocation, its version, why."""
    rows = await world.pool.fetch("SELECT payload FROM outbox WHERE type LIKE '%courriel-demande%' ORDER BY seq")
    found = [json.loads(row["payload"]) for row in rows]
    return [(one["convocation_id"], one["convocation_version"], one["objet"]) for one in found]


def later(world, monkeypatch, by):
    state = replace(world.app.state.application, clock=lambda: datetime.now(UTC) + by)
    monkeypatch.setattr(world.app.state, "application", state)


async def test_a_corrected_address_ends_the_links_that_went_to_the_old_one(convoque, lien_of):
    path, neighbour = await lien_of(convoque, convoque.une), await lien_of(convoque, convoque.voisine)
    await corrected(convoque, "100@AC-Exemple.invalid")
    assert await opens(convoque, path), "the same address, written otherwise"
    await corrected(convoque, "corrigee@ac-exemple.invalid")
    assert not await opens(convoque, path)
    assert await opens(convoque, await lien_of(convoque, convoque.une))
    assert await opens(convoque, neighbour)


async def test_a_deactivated_person_has_no_link_and_the_next_mail_bears_none(convoque, lien_of):
    path = await lien_of(convoque, convoque.une)
    seen = await convoque.lue("100")
    url, body = f"/api/academies/10/intervenants/{seen['id']}/activite", {"actif": False, "motif": "Départ"}
    headers = {"If-Match": f'"{seen["version"]}"'}
    assert (await convoque.gestionnaire.put(url, body, **headers)).status_code == 200
    assert not await opens(convoque, path)
    assert await lien_of(convoque, convoque.une) is None


async def test_the_link_of_a_merged_entry_ends_and_the_kept_person_gets_one_of_her_own(convoque, lien_of):
    path = await lien_of(convoque, convoque.une)
    assert (await convoque.merge("104", "100")).status_code == 200
    assert not await opens(convoque, path)
    query = "SELECT convocation_id FROM convocation WHERE numero = '104' AND mission_id = $1"
    taken = str(await convoque.pool.fetchval(query, convoque.hg))
    assert await opens(convoque, await lien_of(convoque, taken))


async def test_a_cancelled_convocation_ends_the_links_of_who_has_no_other(convoque, lien_of):
    paths = [await lien_of(convoque, one) for one in (convoque.une, convoque.autre)]
    await cancelled(convoque, convoque.une)
    assert [await opens(convoque, path) for path in paths] == [True, True], "a link opens all of the person's pages"
    await cancelled(convoque, convoque.autre)
    assert [await opens(convoque, path) for path in paths] == [False, False]
    assert await lien_of(convoque, convoque.autre, 2) is None, "nor does the mail of the cancellation bear one"


async def test_a_lost_mail_ends_older_links_and_asks_for_one_mail_whose_link_opens(convoque, lien_of):
    paths = [await lien_of(convoque, one) for one in (convoque.une, convoque.autre)]
    neighbour = await lien_of(convoque, convoque.voisine)
    woken = len(convoque.woken)
    answer = await lost(convoque, ADRESSE.upper())
    assert (answer.status_code, answer.headers["location"]) == (303, "/lien-perdu?fait=demande")
    assert [await opens(convoque, path) for path in paths] == [False, False]
    assert await opens(convoque, neighbour)
    assert await asked(convoque) == [(convoque.une, 1, "RENVOI")], "of the convocation whose link holds longest"
    assert len(convoque.woken) > woken
    assert await opens(convoque, await lien_of(convoque, convoque.une))
    [act] = (await convoque.administrateur.get("/api/audit", famille="lien")).json()["actes"][:1]
    [row] = await actes(convoque.pool, "lien.perdre")
    assert (row.par, row.objet, row.avant, row.apres) == ("lien-perdu", "intervenant|100", {"liens": 0}, {"liens": 1})
    assert act["action"] in {"lien.perdre", "lien.ouvrir"}


async def test_a_corrected_address_ends_the_sessions_of_who_had_the_old_one(convoque):
    by_link = await convoque.signed_in(Acteur("100", Role.INTERVENANT, "Élodie BŒUF"))
    neighbour = await convoque.signed_in(Acteur("101", Role.INTERVENANT, "Jean-Noël DE LA TOUR"))

    async def codes():
        asked = [await convoque.client.get("/api/moi", headers={"Cookie": one}) for one in (by_link, neighbour)]
        return [one.status_code for one in asked]

    await corrected(convoque, ADRESSE.upper())
    assert await codes() == [200, 200], "the same address in other letters"
    await corrected(convoque, "nouvelle@ac-exemple.invalid")
    assert await codes() == [401, 200]


async def test_a_lost_mail_ends_the_sessions_that_its_links_opened_and_no_other(convoque):
    person = Acteur("100", Role.INTERVENANT, "Élodie BŒUF")
    chef = Acteur("compte-1", Role.CHEF, "Élodie BŒUF", frozenset({"0699001J"}))
    by_link, neighbour = await convoque.signed_in(person), await convoque.signed_in(replace(person, sub="101"))
    by_portal = await convoque.signed_in(chef, person)
    await lost(convoque, ADRESSE)
    codes = [
        (await convoque.client.get("/api/moi", headers={"Cookie": one})).status_code
        for one in (by_link, neighbour, by_portal)
    ]
    assert codes == [401, 200, 200]


async def test_the_answer_is_the_same_whether_the_address_is_known_or_not(convoque):
    answers = [await lost(convoque, one) for one in (ADRESSE, "personne@ac-exemple.invalid", ADRESSE)]
    pages = [await convoque.client.get(one.headers["location"]) for one in answers]
    assert len({(one.status_code, one.text, str(one.headers)) for one in answers}) == 1
    assert len({(one.status_code, one.text) for one in pages}) == 1
    assert "Si cette adresse est celle d’une personne convoquée" in pages[0].text
    assert len(await asked(convoque)) == 1


async def test_what_is_no_address_is_said_so_and_shown_as_it_was_typed(convoque):
    for typed in ("", "elodie", "a@b@c", "a b@c", "@"):
        answer = await lost(convoque, typed)
        assert answer.status_code == 422
        assert "Indiquez votre adresse" in answer.text
        assert f'value="{typed}"' in answer.text
    assert (await lost(convoque, "é" * 300 + "@x")).status_code == 422


async def test_who_types_the_accents_of_her_domain_is_known_by_its_ascii_name(convoque):
    await convoque.pool.execute("UPDATE intervenant SET courriel = 'a@xn--acadmie-eya.invalid' WHERE numero = '100'")
    assert (await lost(convoque, "a@académie.invalid")).status_code == 303
    assert len(await asked(convoque)) == 1


async def test_nobody_fills_a_mailbox_or_ends_the_link_that_is_on_its_way(convoque, monkeypatch, lien_of):
    await lost(convoque)
    path = await lien_of(convoque, convoque.une)
    for _ in range(3):
        await lost(convoque)
    assert await opens(convoque, path)
    assert len(await asked(convoque)) == 1
    later(convoque, monkeypatch, timedelta(minutes=16))
    await lost(convoque)
    assert not await opens(convoque, path)
    assert len(await asked(convoque)) == 2


async def test_everybody_of_a_shared_address_gets_a_mail_and_who_has_nothing_to_open_gets_none(convoque, monkeypatch):
    await convoque.pool.execute("UPDATE intervenant SET courriel = $1 WHERE numero IN ('101', '102')", ADRESSE)
    await lost(convoque)
    assert sorted(await asked(convoque)) == sorted([(convoque.une, 1, "RENVOI"), (convoque.voisine, 1, "RENVOI")])
    await convoque.pool.execute("UPDATE convocation SET dates = '{2020-01-01}'")
    later(convoque, monkeypatch, timedelta(hours=1))
    await lost(convoque)
    assert len(await asked(convoque)) == 2, "their links are over by their dates"


async def test_a_lost_mail_is_declared_on_our_own_pages_alone(convoque):
    assert (await lost(convoque, **{"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert await asked(convoque) == []


async def test_a_failure_behind_the_answer_shows_nobody_and_tells_no_address(convoque, monkeypatch, capsys):
    state = replace(convoque.app.state.application, pool=None)
    monkeypatch.setattr(convoque.app.state, "application", state)
    assert (await lost(convoque)).status_code == 303
    assert ADRESSE not in capsys.readouterr().out


async def test_a_rotation_of_the_keys_ends_no_link_and_no_printed_code(convoque, monkeypatch, lien_of):
    path, code = await lien_of(convoque, convoque.une), await convoque.token(convoque.une, 1)
    rotated = {
        name: f"drawn-later-for-{name}-0123456789,{getattr(convoque.settings, name).get_secret_value()}"
        for name in ("link_keys", "verification_keys", "calendar_keys")
    }
    settings = type(convoque.settings)(**convoque.settings.model_dump() | rotated)
    state = replace(convoque.app.state.application, settings=settings, sceaux=Sceaux.of(settings))
    monkeypatch.setattr(convoque.app.state, "application", state)
    assert await opens(convoque, path)
    assert (await convoque.client.get(f"/verifier/{code}")).status_code == 200
    assert await lien_of(convoque, convoque.une) != path


async def test_security_events_tell_what_links_do_and_no_address(convoque, tmp_path, lien_of):
    file = tmp_path / "securite.jsonl"
    securite.configure("convocation", file)
    try:
        await opens(convoque, await lien_of(convoque, convoque.une))
        await lost(convoque)
        await opens(convoque, "/lien/x")
    finally:
        securite.configure("convocation", None)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    events = [(one["event"], one.get("acteur"), one.get("count")) for one in lines]
    assert events == [
        ("link.opened", "100", None),
        ("link.lost", None, 1),
        ("link.refused", None, None),
        ("link.refused", None, None),
    ]
    assert ADRESSE not in file.read_text(encoding="utf-8")
