"""Who may do what (R54–R57), once and only once, and what may not cross what."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from acces.acteur import Role
from convocation.commun import idempotence

BODY = {"intervenants": ["100"], "dates": ["2030-03-05"]}
ACTEURS = (
    *("chef", "delegue", "autre_chef", "gestionnaire", "gestionnaire_de_lille"),
    *("administrateur", "intervenant", "notifier", "santorin"),
)
LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
VISIBLE = {
    "chef": {LYON},
    "delegue": {LYON},
    "autre_chef": {AUTRE_LYON},
    "gestionnaire": {LYON, AUTRE_LYON},
    "gestionnaire_de_lille": {LILLE},
    "administrateur": {LYON, AUTRE_LYON, LILLE},
}
SIGNATURE = {"nom": "CHEF", "prenom": "Camille", "qualite": "Proviseure"}
READERS = {"chef", "delegue", "gestionnaire", "administrateur"}


@pytest.mark.parametrize("name", ACTEURS)
async def test_r54_r55_and_r56_each_acteur_reads_and_writes_what_is_his_and_nothing_else(open_world, name):
    acteur = getattr(open_world, name)
    created = (await open_world.chef.convoque(open_world.hg, "101")).json()["convocations"][0]
    line = f"/api/convocations/{created['convocation_id']}"
    may_read, may_write = name in READERS, name in {"chef", "delegue"}
    reading = [f"/api/missions/{open_world.hg}", f"/api/missions/{open_world.hg}/intervenants?nom=dup", line]
    for path in [*reading, f"{line}/historique"]:
        assert ((await acteur.get(path)).status_code == 200) is may_read, path
    change = await acteur.put(line, {"dates": ["2030-03-07"]}, **{"If-Match": '"1"'})
    assert (change.status_code == 200) is may_write
    cancel = await acteur.post(f"{line}/annulation", {"motif": "x"}, **{"If-Match": '"2"'})
    assert (cancel.status_code == 200) is may_write
    convoke = await acteur.post(f"/api/missions/{open_world.hg}/convocations", BODY)
    assert (convoke.status_code == 201) is may_write
    if not may_write:
        elsewhere = name in {"autre_chef", "gestionnaire_de_lille"}  # another's object does not exist, as on the pages
        line_status = 404 if elsewhere or name == "intervenant" else 403  # 100 is not the person of this convocation
        assert {change.status_code, cancel.status_code} == {line_status}
        assert convoke.status_code == (404 if elsewhere else 403)
    opening = {"session": "2020-E3C1", "portee": "NATIONALE", "code": "*", "ouverte": True}
    assert ((await acteur.put("/api/ouvertures", opening)).status_code == 200) is (name == "administrateur")
    demandes = {"demandes": [{"convocation_id": created["convocation_id"], "version": 1}]}
    assert ((await acteur.post("/api/envois", demandes)).status_code == 200) is (name == "notifier")


@pytest.mark.parametrize("name", ACTEURS)
async def test_what_is_refused_is_refused_alike_by_page_and_api(open_world, name):
    api, page = getattr(open_world, name), open_world.browser(name)
    created = (await open_world.chef.convoque(open_world.hg, "101")).json()["convocations"][0]
    line, mission = f"/convocations/{created['convocation_id']}", f"/missions/{open_world.hg}"
    read = {"If-Match": '"9"'}  # a version there never was: what is allowed answers 412 and changes nothing
    answers = {
        "convoquer": [
            await page.post(
                f"{mission}/affectation", {"action": "convoquer", "cle": "k", "numeros": "x", "dates": "2030-03-05"}
            ),
            await api.post(f"/api{mission}/convocations", {"intervenants": ["x"], "dates": ["2030-03-05"]}),
        ],
        "modifier": [
            await page.post(f"{line}/modifier", {"version": "9", "dates": "2030-03-07"}),
            await api.put(f"/api{line}", {"dates": ["2030-03-07"]}, **read),
        ],
        "supprimer": [
            await page.post(f"{line}/supprimer", {"version": "9", "motif": "x"}),
            await api.post(f"/api{line}/annulation", {"motif": "x"}, **read),
        ],
        "signer": [
            await page.post(f"/signature/{LYON}", SIGNATURE | {"version": "9"}),
            await api.put(f"/api/etablissements/{LYON}/signature", SIGNATURE, **read),
        ],
        "prendre connaissance": [
            await page.post(f"{line}/prise-de-connaissance", {"version": "9"}),
            await api.post(f"/api{line}/prise-de-connaissance", {}, **read),
        ],
    }
    statuses = {act: [one.status_code for one in both] for act, both in answers.items()}
    assert all(one == other for one, other in statuses.values()), statuses
    assert {status for both in statuses.values() for status in both} <= {403, 404, 412, 422}
    assert len(await open_world.told()) == 1


@pytest.mark.parametrize("name", ACTEURS)
async def test_r24_and_r54_the_signature_and_the_directory_are_those_of_the_own_place(open_world, name):
    acteur = getattr(open_world, name)
    path = f"/api/etablissements/{LYON}/signature"
    assert (await open_world.chef.put(path, SIGNATURE)).status_code == 200
    assert ((await acteur.get(path)).status_code == 200) is (name in READERS)
    sign = await acteur.put(path, SIGNATURE, **{"If-Match": '"1"'})
    elsewhere = name in {"autre_chef", "gestionnaire_de_lille"}
    assert sign.status_code == (200 if name == "chef" else 404 if elsewhere else 403)
    person = {"numero": "100", "civilite": "Mme", "nom": "X", "prenom": "Y", "courriel": "x@y.invalid", "uai": LYON}
    directory = await acteur.put("/api/academies/10/intervenants", {"intervenants": [person]})
    assert directory.status_code == {"gestionnaire": 200, "gestionnaire_de_lille": 404}.get(name, 403)
    own = await acteur.get("/api/mes-convocations")
    assert own.status_code == (200 if name == "intervenant" else 403)
    listed = await acteur.get("/api/missions")
    assert listed.status_code == (403 if name in {"intervenant", "notifier", "santorin"} else 200)
    seen = {one["etablissement"]["uai"] for one in listed.json().get("missions", [])}
    assert seen == VISIBLE.get(name, set())


async def test_a_body_over_the_limit_is_refused_with_or_without_a_content_length(open_world):
    path, large = "/api/academies/10/intervenants", b"x" * 8_000_001

    async def chunks():
        for start in range(0, len(large), 1_000_000):
            yield large[start : start + 1_000_000]

    for content in (large, chunks()):
        answer = await open_world.client.put(path, content=content, headers=open_world.gestionnaire._headers)
        assert answer.status_code == 413


async def test_a_cookie_may_not_write_from_another_site(open_world):
    cookie = {"Cookie": await open_world.signed_in(open_world.chef.acteur)}
    path = f"/api/missions/{open_world.hg}/convocations"
    sent = {"json": BODY, "headers": cookie | {"Idempotency-Key": "c", "Sec-Fetch-Site": "cross-site"}}
    assert (await open_world.client.post(path, **sent)).status_code == 403
    sent["headers"]["Sec-Fetch-Site"] = "same-origin"
    assert (await open_world.client.post(path, **sent)).status_code == 201


async def test_the_same_key_twice_at_once_is_one_effect_and_the_same_answer(open_world):
    path = f"/api/missions/{open_world.hg}/convocations"
    answers = await asyncio.gather(*(open_world.chef.post(path, BODY, key="once") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await open_world.told()) == 1


async def test_keys_are_forgotten_after_a_while(open_world):
    path = f"/api/missions/{open_world.hg}/convocations"
    assert (await open_world.chef.post(path, BODY, key="old")).status_code == 201
    async with open_world.pool.acquire() as connection:
        await idempotence.forget(connection, datetime(2020, 1, 1, tzinfo=UTC))
        assert await connection.fetchval("SELECT count(*) FROM idempotence") == 1
        await idempotence.forget(connection, datetime.now(UTC) + timedelta(days=1))
        assert await connection.fetchval("SELECT count(*) FROM idempotence") == 0


async def test_the_day_before_or_after_is_no_conflict_and_the_same_day_is(open_world):
    assert (await open_world.chef.convoque(open_world.hg, "100", dates=["2030-03-05"])).status_code == 201
    types = {}
    for day in ("2030-03-04", "2030-03-05"):
        mission = open_world.hlp if day.endswith("4") else open_world.numerisation
        answer = await open_world.chef.convoque(mission, "100", dates=[day])
        types[day] = {one["type"] for one in answer.json()["avertissements"]}
    assert "deja-convoque-ce-jour" not in types["2030-03-04"]
    assert "deja-convoque-ce-jour" in types["2030-03-05"]


async def test_a_key_used_for_another_request_is_refused_and_a_missing_one_too(open_world):
    path = f"/api/missions/{open_world.hg}/convocations"
    assert (await open_world.chef.post(path, BODY, key="k")).status_code == 201
    other = await open_world.chef.post(path, BODY | {"intervenants": ["101"]}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "cle-reutilisee")
    bare = await open_world.client.post(path, json=BODY, headers=open_world.chef._headers)
    assert bare.status_code == 400


async def test_a_kept_answer_is_given_to_nobody_who_may_not_or_in_another_function(open_world):
    path = f"/api/missions/{open_world.hg}/convocations"
    assert (await open_world.chef.post(path, BODY, key="k")).status_code == 201
    for role, reach, status in (
        (Role.CHEF, {"uais": [AUTRE_LYON]}, 404),  # moved since
        (Role.GESTIONNAIRE, {"academies": ["10"]}, 403),
        (Role.INTERVENANT, {}, 403),
        (Role.DELEGUE, {"uais": [LYON]}, 409),  # may convoke, and is told what is there
    ):
        same = open_world.acteur("chef", role, *reach.get("uais", []), academies=reach.get("academies", []))
        answer = await same.post(path, BODY, key="k")
        assert (answer.status_code, "convocations" in answer.json()) == (status, False)
    assert (await open_world.chef.post(path, BODY, key="k")).status_code == 201


async def test_kd_two_people_convoking_the_same_person_at_once_make_one_convocation(open_world):
    answers = await asyncio.gather(
        *(acteur.convoque(open_world.hg, "100") for acteur in (open_world.chef, open_world.delegue) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert len(await open_world.told()) == 1


async def test_a_convocation_that_stands_under_another_id_is_refused_and_left_as_it_is(open_world):
    await open_world.pool.execute(
        "INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite_par_defaut, dates, "
        "observation, version) VALUES (gen_random_uuid(), $1, '100', 'CANCELLED', 'ANNULATION', true, "
        "'{2030-03-05}', '', 1)",
        open_world.hg,
    )
    answer = await open_world.chef.convoque(open_world.hg, "100")
    assert (answer.status_code, answer.json()["code"]) == (409, "deja-convoque")
    assert await open_world.pool.fetchval("SELECT version FROM convocation WHERE numero = '100'") == 1
    assert await open_world.told() == []


async def test_twenty_editors_at_once_lose_no_update(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    path = f"/api/convocations/{created['convocation_id']}"

    async def edit(day):
        return await open_world.chef.put(path, {"dates": [f"2030-03-{day:02}"]}, **{"If-Match": '"1"'})

    answers = await asyncio.gather(*(edit(day) for day in range(6, 26)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19


async def test_closing_the_service_waits_for_those_who_are_convoking_and_nothing_is_written_after_it(open_world):
    async def convoke_on():
        numeros = ("100", "101", "104")
        statuses = [(await open_world.chef.convoque(open_world.hg, numero)).status_code for numero in numeros]
        return statuses, await open_world.told()

    (statuses, told), closing = await asyncio.gather(convoke_on(), open_world.open("ACADEMIE", "10", ouverte=False))
    assert closing.status_code == 200
    assert statuses == sorted(statuses), "nobody is convoked after a refusal"
    assert len(told) == statuses.count(201)
    assert (await open_world.chef.convoque(open_world.hlp, "102")).status_code == 409


async def test_the_envoi_answers_with_the_version_asked_and_410_once_it_is_superseded(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    path = f"/api/convocations/{created['convocation_id']}"
    first = await open_world.notifier.get(f"{path}/versions/1/envoi")
    assert (first.status_code, first.json()["courriel"]) == (200, "100@ac-exemple.invalid")
    await open_world.chef.post(f"{path}/annulation", {"motif": "Malade"}, **{"If-Match": '"1"'})
    assert (await open_world.notifier.get(f"{path}/versions/1/envoi")).status_code == 410
    second = await open_world.notifier.get(f"{path}/versions/2/envoi")
    assert (second.json()["nature"], second.json()["motif"]) == ("ANNULATION", "Malade")
    assert (await open_world.notifier.get(f"{path}/versions/3/envoi")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"intervenants": ["100"], "dates": ["hier"]},
        {"intervenants": ["1; DROP"], "dates": ["2030-03-05"]},
        {"intervenants": ["100"], "dates": ["2030-03-05"], "observation": "a\x00b"},
        {"intervenants": ["100"], "dates": ["2030-03-05"], "unknown": 1},
        {"intervenants": "100", "dates": ["2030-03-05"]},
    ],
)
async def test_a_malformed_request_is_a_422_that_says_where(open_world, body):
    answer = await open_world.chef.post(f"/api/missions/{open_world.hg}/convocations", body)
    assert answer.status_code == 422
    assert answer.json()["erreurs"]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["autre_chef", "gestionnaire_de_lille"])
async def test_another_etablissements_mission_does_not_exist(open_world, name):
    someone = open_world.browser(name)
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    line = f"/convocations/{created['convocation_id']}"
    for path in (f"/missions/{open_world.hg}", f"/missions/{open_world.hg}/affectation", line, f"{line}/modifier"):
        answer = await someone.get(path)
        assert answer.status_code == 404, path
        assert "DOCTYPE" in answer.text
    for path in (f"{line}/convocation.pdf", f"/missions/{open_world.hg}/convocations.pdf", f"/signature/{LYON}"):
        assert (await someone.get(path)).status_code == 404, path


async def test_r57_an_intervenant_sees_his_own_convocations_and_no_others(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100", "101")).json()["convocations"]
    own, other = (f"/convocations/{one['convocation_id']}" for one in created)
    person = open_world.browser("intervenant")
    assert "Histoire-géographie" in (await person.get("/mes-missions")).text
    assert (await person.get(own)).status_code == 200
    assert (await person.get(f"{own}/convocation.pdf")).status_code == 200
    assert (await person.get(f"{own}/modifier")).status_code == 403
    for path in (other, f"{other}/convocation.pdf"):
        assert (await person.get(path)).status_code == 404
    assert (await person.get("/missions")).status_code == 403
