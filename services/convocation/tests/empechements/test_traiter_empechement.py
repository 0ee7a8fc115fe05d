"""The établissement's side of an empêchement: a suppléant promoted in one act, or the convocation maintained."""

import asyncio
import html
import json
import re

import pytest

from testkit.actes import actes

MOTIF = "Hospitalisée le même jour"
DAYS = ["2030-03-05", "2030-03-06"]


@pytest.fixture
async def scene(open_world):
    """Who cannot come (100, coordinateur), and two suppléants: 101, and 105 who has read her convocation."""
    world, chef = open_world, open_world.chef
    made = {}
    for numero, entry in {
        "100": {"qualite": "COORDINATEUR", "dates": DAYS, "observation": "à 100"},
        "101": {"qualite": "CORRECTEUR_SUPPLEANT", "dates": ["2030-03-20"], "observation": "à 101"},
        "105": {"qualite": "CORRECTEUR_SUPPLEANT", "dates": ["2030-03-20"]},
    }.items():
        created = await chef.convoque(world.hg, numero, **entry)
        made[numero] = created.json()["convocations"][0]["convocation_id"]
    await world.pool.execute("INSERT INTO prise_de_connaissance VALUES ($1, 1, now())", made["105"])
    person = world.browser("intervenant")
    done = await person.post(f"/convocations/{made['100']}/empechement", {"version": "1", "motif": MOTIF})
    assert done.status_code == 303
    await world.pool.execute("DELETE FROM outbox")
    return Scene(world, made)


class Scene:
    def __init__(self, world, made):
        self.world, self.made = world, made
        self.path = f"/convocations/{made['100']}/empechement/traiter"
        self.chef = world.browser("chef")

    async def form(self, suppleant="101", **changes):
        empechement = await self.world.pool.fetchval("SELECT id FROM empechement ORDER BY le DESC LIMIT 1")
        chosen = f"{self.made[suppleant]}:1"
        return {"action": "remplacer", "empechement": empechement, "version": "1", "suppleant": chosen} | changes

    async def states(self):
        rows = await self.world.pool.fetch("SELECT numero, status, qualite, version, dates FROM convocation")
        return {row["numero"]: (row["status"], row["qualite"], row["version"]) for row in rows}

    async def nothing_happened(self):
        assert {state[0] for state in (await self.states()).values()} == {"ACTIVE"}
        assert await self.world.told() == []
        assert await self.world.pool.fetchval("SELECT etat FROM empechement") == "OUVERT"


def _options(text):
    return re.findall(r'<option value="[^"]+"[^>]*>([^<]+)<', text)


async def test_the_etablissement_is_told_on_both_lists_and_finds_the_mission(scene):
    text = await scene.chef.text("/missions")
    assert "1 empêchement à traiter" in text
    assert "/missions-convoquees?etat=empechement" in text
    found = re.findall(
        r'href="/missions/([0-9a-f-]{36})"', await scene.chef.text("/missions-convoquees?etat=empechement")
    )
    assert found == [str(scene.world.hg)]
    listed = await scene.chef.text(f"/missions/{scene.world.hg}")
    assert "Empêchement signalé" in listed
    assert scene.path in listed
    assert (await scene.world.chef.get(f"/api/convocations/{scene.made['100']}")).json()["empechement_signale"] is True
    assert "empêchement à traiter" not in await scene.world.browser("autre_chef").text("/missions")


async def test_the_suppleants_are_proposed_who_has_read_first_and_neither_refused_nor_impeded(scene):
    world = scene.world
    text = await scene.chef.text(scene.path)
    assert MOTIF in text
    assert [one.partition(",")[0] for one in _options(text)] == ["DUPONT Inès", "DE LA TOUR Jean-Noël"]
    await world.answered(scene.made["105"], "REJETEE")
    assert [one.partition(",")[0] for one in _options(await scene.chef.text(scene.path))] == ["DE LA TOUR Jean-Noël"]
    insert = "INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, 'x', now())"
    await world.pool.execute(insert, scene.made["101"])
    text = await scene.chef.text(scene.path)
    assert _options(text) == []
    assert f'href="/convocations/{scene.made["100"]}/supprimer"' in text


async def test_somebody_else_is_found_by_name_who_takes_the_place_and_the_report_is_closed(scene):
    text = await scene.chef.text(scene.path)
    form = re.search(r'<form method="post" action="(/suivi/[^"]+)">(.*?)</form>', text, re.DOTALL)
    target, choice = html.unescape(form[1]), re.search(r'name="choix" value="([^"]+)"', form[2])[1]
    act = {"choix": choice, "action": "remplacer"}
    asked = await scene.chef.post(target, act)
    assert (asked.status_code, "NOM Prénom de la personne qui remplace" in asked.text) == (200, True)
    entry = act | {"recherche": "lefevre", "remplacant": "102", "motif": "Remplacée"}
    done = await scene.chef.post(target, entry | {"action": "remplacer|confirmer"})
    assert done.status_code == 422, "who teaches something else is read first"
    lus = re.findall(r'name="lus" value="([^"]+)"', done.text)
    entry |= {"lus": [html.unescape(one) for one in lus], "outre": "Seule disponible"}
    done = await scene.chef.post(target, entry | {"action": "remplacer|confirmer"})
    assert done.status_code == 303, done.text
    states = await scene.states()
    assert (states["100"][0], states["102"][:2]) == ("CANCELLED", ("ACTIVE", "COORDINATEUR"))
    assert await scene.world.pool.fetchval("SELECT etat FROM empechement") == "CLOS"


async def test_in_one_act_one_is_cancelled_the_other_promoted_and_both_are_told(scene):
    done = await scene.chef.post(scene.path, await scene.form())
    assert (done.status_code, done.headers["location"]) == (303, f"/missions/{scene.world.hg}?fait=remplacee")
    states = await scene.states()
    assert states["100"] == ("CANCELLED", "COORDINATEUR", 2)
    assert states["101"] == ("ACTIVE", "COORDINATEUR", 2)
    row = await scene.world.pool.fetchrow("SELECT * FROM convocation WHERE numero = '101'")
    assert ([str(day) for day in row["dates"]], row["observation"]) == (DAYS, "à 101")
    assert await scene.world.told() == [
        "fr.imagin.convocation-changed.v1",
        "fr.imagin.convocation-cancelled.v1",
    ]
    [act] = await actes(scene.world.pool, "empechement.traiter")
    assert (act.avant, act.apres, act.motif) == ({"etat": "OUVERT"}, {"etat": "REMPLACE"}, "")
    person = scene.world.browser("intervenant")
    assert "vous êtes remplacé(e)" in await person.text(f"/convocations/{scene.made['100']}")
    assert "vous a remplacé(e)" in await person.text(f"/convocations/{scene.made['100']}/empechement")
    history = await scene.world.gestionnaire.get(f"/api/convocations/{scene.made['100']}/historique")
    assert MOTIF not in history.text
    again = await scene.chef.post(scene.path, await scene.form())
    assert again.status_code == 412
    assert await scene.states() == states


async def test_the_dates_taken_over_are_warned_of_before_anything_is_written(scene):
    await scene.world.chef.convoque(scene.world.hlp, "101", dates=[DAYS[1]])
    await scene.world.pool.execute("DELETE FROM outbox")
    asked = await scene.chef.post(scene.path, await scene.form())
    assert (asked.status_code, "Déjà convoqué ce jour-là" in asked.text) == (422, True)
    assert f'value="{scene.made["101"]}:1" selected' in asked.text, "who was chosen stays chosen"
    await scene.nothing_happened()
    read = [html.unescape(one) for one in re.findall(r'name="lus" value="([^"]+)"', asked.text)]
    done = await scene.chef.post(scene.path, await scene.form(lus=read, motif="elle est d’accord"))
    assert done.status_code == 303
    row = await scene.world.pool.fetchrow("SELECT convocation_id, version, motif FROM passage_outre")
    assert (str(row["convocation_id"]), row["version"], row["motif"]) == (scene.made["101"], 2, "elle est d’accord")


@pytest.mark.parametrize("numero", ["100", "101"])
async def test_whichever_of_the_two_was_changed_meanwhile_nothing_happens_and_nothing_typed_is_lost(scene, numero):
    path = f"/api/convocations/{scene.made[numero]}"
    qualite = "COORDINATEUR" if numero == "100" else "CORRECTEUR_SUPPLEANT"
    body = {"dates": ["2030-03-11"], "qualite": qualite}
    assert (await scene.world.chef.put(path, body, **{"If-Match": '"1"'})).status_code == 200
    await scene.world.pool.execute("DELETE FROM outbox")
    stale = await scene.chef.post(scene.path, await scene.form(reponse="en cours de frappe"))
    assert (stale.status_code, "a changé depuis" in stale.text) == (412, True)
    assert "en cours de frappe" in stale.text
    await scene.nothing_happened()
    chosen = re.search(r'value="([^"]+)" selected', stale.text)[1]
    version = re.search(r'name="version" value="(\d+)"', stale.text)[1]
    assert (
        await scene.chef.post(scene.path, await scene.form(version=version) | {"suppleant": chosen})
    ).status_code == 303


async def test_who_is_no_suppleant_of_this_mission_any_more_is_not_promoted(scene):
    await scene.world.answered(scene.made["101"], "REJETEE")
    other = (await scene.world.chef.convoque(scene.world.hlp, "102", qualite="CORRECTEUR_SUPPLEANT")).json()
    await scene.world.pool.execute("DELETE FROM outbox")
    elsewhere = f"{other['convocations'][0]['convocation_id']}:1"
    for suppleant in (f"{scene.made['101']}:1", elsewhere, f"{scene.made['100']}:1", "x", ""):
        refused = await scene.chef.post(scene.path, await scene.form() | {"suppleant": suppleant})
        assert (refused.status_code, "ne peut pas prendre la place" in refused.text) == (409, True), suppleant
    await scene.nothing_happened()


async def test_r12_while_the_service_is_closed_nobody_is_promoted_but_an_answer_is_given(scene):
    await scene.world.open(ouverte=False)
    assert _options(await scene.chef.text(scene.path)) == []
    refused = await scene.chef.post(scene.path, await scene.form())
    assert (refused.status_code, "n’est pas ouvert" in refused.text) == (409, True)
    await scene.nothing_happened()
    done = await scene.chef.post(scene.path, await scene.form(action="maintenir", reponse="Maintenue"))
    assert done.status_code == 303


async def test_maintained_the_person_reads_the_answer_and_the_convocation_holds(scene):
    empty = await scene.chef.post(scene.path, await scene.form(action="maintenir", reponse=" "))
    assert (empty.status_code, "Répondez à la personne" in empty.text) == (422, True)
    answer = "La date est déplacée au matin."
    delegue = scene.world.browser("delegue")
    done = await delegue.post(scene.path, await scene.form(action="maintenir", reponse=answer))
    assert done.headers["location"].endswith("fait=maintenue")
    person = scene.world.browser("intervenant")
    assert "Convocation maintenue" in await person.text("/mes-missions")
    assert answer in await person.text(f"/convocations/{scene.made['100']}/empechement")
    assert (await scene.states())["100"] == ("ACTIVE", "COORDINATEUR", 1)
    [asked] = await scene.world.pool.fetch("SELECT type, key, payload FROM outbox")
    assert (asked["type"], asked["key"]) == ("fr.imagin.courriel-demande.v1", scene.made["100"])
    assert json.loads(asked["payload"])["objet"] == "REPONSE"
    assert answer.encode() not in asked["payload"]
    envoi = await scene.world.notifier.get(f"/api/convocations/{scene.made['100']}/versions/1/envoi")
    assert envoi.json()["reponse_empechement"] == answer
    audit = await actes(scene.world.pool)
    assert audit
    assert [row for row in audit if answer in str(row.entier)] == []
    again = await scene.chef.post(scene.path, await scene.form(action="maintenir", reponse="encore"))
    assert again.status_code == 409


@pytest.mark.parametrize("action", ["remplacer", "maintenir"])
async def test_a_report_withdrawn_and_made_anew_is_read_before_it_is_answered(scene, action):
    read = await scene.form(action=action, reponse="non")
    path = f"/convocations/{scene.made['100']}/empechement"
    person = scene.world.browser("intervenant")
    assert (await person.post(f"{path}/retrait")).status_code == 303
    refused = await scene.chef.post(scene.path, read)
    assert (refused.status_code, "n’attend plus de réponse" in refused.text) == (409, True)
    assert (await person.post(path, {"version": "1", "motif": "un autre motif"})).status_code == 303
    refused = await scene.chef.post(scene.path, read)
    assert (refused.status_code, "un autre motif" in refused.text) == (409, True)
    assert (await scene.states())["100"] == ("ACTIVE", "COORDINATEUR", 1)


async def test_only_the_etablissement_decides(scene):
    for name, status in {"autre_chef": 404, "gestionnaire": 403, "administrateur": 403, "intervenant": 403}.items():
        refused = await scene.world.browser(name).post(scene.path, await scene.form())
        assert refused.status_code == status, name
    await scene.nothing_happened()


async def test_of_three_answers_at_once_one_holds_and_nothing_is_done_twice(scene):
    forms = [await scene.form("101"), await scene.form("105"), await scene.form(action="maintenir", reponse="non")]
    answers = await asyncio.gather(*(scene.chef.post(scene.path, form) for form in forms))
    first, *others = sorted(one.status_code for one in answers)
    assert first == 303
    assert set(others) <= {409, 412}, "each has come too late, whatever it meets first"
    etat = await scene.world.pool.fetchval("SELECT etat FROM empechement")
    promoted = [numero for numero, state in (await scene.states()).items() if state == ("ACTIVE", "COORDINATEUR", 2)]
    replaced = etat == "REMPLACE"
    assert (len(promoted), len(await scene.world.told())) == ((1, 2) if replaced else (0, 1))
    assert await scene.world.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'empechement.traiter'") == 1


async def test_withdrawn_and_answered_at_once_is_one_of_the_two(scene):
    form = await scene.form()
    retrait = f"/convocations/{scene.made['100']}/empechement/retrait"
    answers = await asyncio.gather(scene.world.browser("intervenant").post(retrait), scene.chef.post(scene.path, form))
    withdrawn = answers[0].status_code == 303
    assert [one.status_code for one in answers] == ([303, 409] if withdrawn else [409, 303])
    assert await scene.world.pool.fetchval("SELECT etat FROM empechement") == ("RETIRE" if withdrawn else "REMPLACE")
    assert (await scene.states())["100"][0] == ("ACTIVE" if withdrawn else "CANCELLED")


async def test_what_a_person_writes_comes_back_as_text(scene):
    hostile = "<script>alert(1)</script>"
    await scene.world.pool.execute("UPDATE empechement SET motif = $1", hostile)
    text = await scene.chef.text(scene.path)
    assert (hostile in text, "&lt;script&gt;" in text) == (False, True)
