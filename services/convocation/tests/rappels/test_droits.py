"""Whose établissements one reminds, by the pages and by the API, and that the API sends once too."""

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
SESSION = "2020-E3C1"


def body(*uais, **more):
    return {"session": SESSION, "motif": "RIEN", "uais": list(uais)} | more


async def test_a_gestionnaire_reminds_his_academies_and_the_administrateur_all(rappels, rappels_of):
    await rappels.opened()
    assert rappels.boxes == [LYON, AUTRE_LYON]
    assert (await rappels.browser.get("/rappels?motif=RIEN&academie=09")).status_code == 404
    admin = rappels_of("administrateur")
    await admin.opened()
    assert set(admin.boxes) == {LYON, AUTRE_LYON, LILLE}
    await admin.opened("motif=RIEN&academie=09")
    assert admin.boxes == [LILLE]
    await admin.sent("motif=RIEN&academie=09")
    assert await rappels.reminded() == [(LILLE, "RIEN", 1)]
    lille = rappels_of("gestionnaire_de_lille")
    await lille.opened()
    assert (lille.boxes, lille.ticked) == ([LILLE], [])


async def test_a_chef_may_not_and_is_offered_nothing(rappels):
    for name in ("chef", "delegue", "delegue_consultation", "intervenant"):
        assert (await rappels.world.browser(name).get("/rappels")).status_code == 403
    assert (await rappels.world.chef.post("/api/rappels", body(LYON))).status_code == 403
    assert "/rappels" not in await rappels.world.browser("chef").text("/couverture")


async def test_anothers_etablissement_that_is_posted_is_not_reminded(rappels):
    await rappels.opened()
    await rappels.written()
    answer = await rappels.press("envoyer", ailleurs=f"{LYON} {LILLE}")
    assert answer.status_code == 404
    assert await rappels.rows() == []
    answer = await rappels.world.gestionnaire.post("/api/rappels", body(LYON, LILLE))
    assert answer.status_code == 404
    assert await rappels.rows() == []


async def test_the_api_lists_sends_once_and_names_who_was_reminded_a_short_while_ago(rappels):
    api = rappels.world.gestionnaire
    found = (await api.get("/api/rappels", motif="RIEN")).json()
    assert [one["uai"] for one in found["etablissements"]] == [LYON, AUTRE_LYON]
    assert found["etablissements"][0]["dernier_rappel"] is None
    await rappels.address(LYON)
    for _ in range(2):
        answer = await api.post("/api/rappels", body(LYON, AUTRE_LYON), key="one")
        assert answer.status_code == 201, answer.text
        assert answer.json() == {"rappeles": [LYON, AUTRE_LYON], "sans_adresse": [AUTRE_LYON], "a_jour": []}
    assert len(await rappels.rows()) == 2
    refused = await api.post("/api/rappels", body(LYON, AUTRE_LYON, encore=[AUTRE_LYON]))
    assert (refused.status_code, refused.json()["code"], refused.json()["uais"]) == (409, "rappel-recent", [LYON])
    assert (await api.post("/api/rappels", body(LYON, encore=[LYON], texte="{lycee}"))).status_code == 201
    assert (await rappels.rows())[-1][3] == f"LYCEE {LYON}, VILLE"
    found = (await api.get("/api/rappels", motif="RIEN")).json()
    assert found["recents"] == [LYON, AUTRE_LYON]
    assert found["etablissements"][0]["dernier_rappel"]["par"] == "gest"


async def test_without_a_key_or_with_a_bad_word_the_api_refuses(rappels):
    api = rappels.world.gestionnaire
    answer = await api.post("/api/rappels", body(LYON, texte="{nom}"))
    assert (answer.status_code, answer.json()["code"]) == (422, "marque-inconnue")
    answer = await rappels.world.client.post("/api/rappels", json=body(LYON), headers=api._headers)
    assert answer.status_code == 400
