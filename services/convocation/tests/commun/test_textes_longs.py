"""A long text is kept whole or refused and shown again, at every door: its end is never cut off in silence."""

import html

import pytest

from testkit.actes import actes

LYON = "0699001J"
MOST = 2_000
KEPT = "\n".join(["ligne " * 6 + "fin"] * 50)
KEPT += "x" * (MOST - len(KEPT))
SENT = KEPT.replace("\n", "\r\n")
"""As a browser sends what its own count lets through: the end of a line is two letters there."""
TOO_LONG = SENT + "y"


def test_the_text_is_as_long_as_may_be_and_longer_as_it_is_sent():
    assert len(KEPT) == MOST < len(SENT)


async def observation(world):
    return await world.pool.fetchval("SELECT observation FROM convocation")


async def refused(answer, typed=TOO_LONG, most="2\u202f000"):
    """What was typed is all there, to be shortened."""
    shown = html.unescape(answer.text)
    return answer.status_code == 422 and f"{most} caractères au plus" in shown and typed.replace("\r\n", "\n") in shown


async def test_an_observation_is_kept_whole_when_convoking_or_nobody_is_convoked(open_world):
    chef, path = open_world.browser("chef"), f"/missions/{open_world.hg}/affectation"
    form = {"action": "convoquer", "cle": "a", "numeros": "100", "dates": "2030-03-05"}
    form["lus"] = ["signature-absente", "aucun-coordinateur"]
    assert await refused(await chef.post(path, form | {"observation": TOO_LONG}))
    assert await open_world.told() == []
    assert (await chef.post(path, form | {"observation": SENT})).status_code == 303
    assert await observation(open_world) == KEPT


@pytest.fixture
async def convoquee(open_world):
    """The address of a convocation's pages."""
    made = await open_world.chef.convoque(open_world.hg, "100", dates=["2030-03-05"])
    return f"/convocations/{made.json()['convocations'][0]['convocation_id']}"


CHANGE = {"action": "enregistrer", "version": "1", "dates": "2030-03-05"}


async def test_an_observation_is_kept_whole_when_changed_or_nothing_changes(open_world, convoquee):
    chef = open_world.browser("chef")
    assert await refused(await chef.post(f"{convoquee}/modifier", CHANGE | {"observation": TOO_LONG}))
    assert await observation(open_world) == ""
    assert (await chef.post(f"{convoquee}/modifier", CHANGE | {"observation": SENT})).status_code == 303
    assert await observation(open_world) == KEPT


async def test_a_text_kept_with_other_line_ends_is_no_change_and_no_mail(open_world, convoquee):
    await open_world.pool.execute("UPDATE convocation SET observation = E'Salle 12\\r\\nÀ 14 h'")
    sent = CHANGE | {"observation": "Salle 12\r\nÀ 14 h"}
    answer = await open_world.browser("chef").post(f"{convoquee}/modifier", sent)
    assert answer.headers["location"].endswith("fait=inchangee")


async def test_the_api_counts_and_keeps_as_the_page_does(open_world):
    made = await open_world.chef.convoque(open_world.hg, "100", observation=SENT)
    assert (made.status_code, await observation(open_world)) == (201, KEPT)
    assert (await open_world.chef.convoque(open_world.hg, "101", observation=TOO_LONG)).status_code == 422


async def test_the_reason_of_a_cancellation_is_kept_whole_or_nothing_is_cancelled(open_world, convoquee):
    chef, path = open_world.browser("chef"), f"{convoquee}/supprimer"
    assert await refused(await chef.post(path, {"version": "1", "motif": TOO_LONG}))
    assert (await chef.post(path, {"version": "1", "motif": SENT})).status_code == 303
    assert await open_world.pool.fetchval("SELECT motif FROM convocation") == KEPT


async def test_the_reason_to_go_on_in_spite_of_a_warning_is_too(open_world):
    chef, path = open_world.browser("chef"), f"/missions/{open_world.hg}/affectation"
    form = {"action": "convoquer", "cle": "a", "numeros": "100", "dates": "2030-03-05"}
    form["lus"] = ["signature-absente", "aucun-coordinateur"]
    assert (await chef.post(path, form | {"motif": TOO_LONG})).status_code == 422
    assert (await chef.post(path, form | {"motif": SENT})).status_code == 303
    assert await open_world.pool.fetchval("SELECT motif FROM passage_outre") == KEPT


async def test_the_reason_of_a_change_of_rules_is_too(world):
    admin, path = world.browser("administrateur"), "/exigences/10/HG"
    api = "/api/academies/10/exigences/HG"
    made = await world.gestionnaire.put(api, {"motif": "x", "lot_copies": 9}, **{"If-Match": '"0"'})
    form = {"version": made.headers["etag"].strip('"')}
    assert await refused(await admin.post(f"{path}/retour", form | {"motif": TOO_LONG}))
    assert (await admin.post(f"{path}/retour", form | {"motif": SENT})).status_code == 303
    assert KEPT in await world.pool.fetchval("SELECT array_agg(motif) FROM audit WHERE action = 'exigences.ecrire'")


async def test_the_reason_to_deactivate_somebody_is_too(world):
    gestionnaire = world.browser("gestionnaire")
    person = await world.pool.fetchval("SELECT id FROM intervenant WHERE numero = '102'")
    path, form = f"/intervenants/{person}/activite", {"version": "1", "action": "desactiver"}
    assert await refused(await gestionnaire.post(path, form | {"motif": TOO_LONG}))
    assert (await gestionnaire.post(path, form | {"motif": SENT})).status_code == 303
    assert KEPT in [one.motif for one in await actes(world.pool)]


async def test_what_is_said_of_somebody_who_is_missing_is_too(open_world):
    chef, gestionnaire = open_world.browser("chef"), open_world.browser("gestionnaire")
    form = {"uai": LYON, "cle": "k", "nom": "ABSENT", "prenom": "Zoé", "precisions": "philosophie"}
    for name, most in (("nom", "100"), ("prenom", "100"), ("precisions", "500")):
        assert await refused(await chef.post("/demandes", form | {name: "é" * 501}), "é" * 501, most)
    assert (await chef.post("/demandes", form | {"precisions": "é\r\n" * 249 + "ét"})).status_code == 303
    demande, precisions = await open_world.pool.fetchrow("SELECT demande_id, precisions FROM demande")
    assert precisions == "é\n" * 249 + "ét"
    path = f"/demandes/{demande}/reponse"
    answer = await gestionnaire.post(path, {"action": "refusee", "reponse": "é" * 501})
    assert (answer.status_code, "500 caractères au plus" in answer.text) == (422, True)
    assert (await gestionnaire.post(path, {"action": "refusee", "reponse": "é" * 500})).status_code == 303


async def test_the_name_of_who_signs_is_too(open_world):
    form = {"nom": "SIGNATAIRE", "prenom": "Claude", "qualite": "P" * 101, "version": ""}
    answer = await open_world.browser("chef").post(f"/signature/{LYON}", form)
    assert await refused(answer, "P" * 101, "100")
