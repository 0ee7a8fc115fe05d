"""« Demandes de création »: who asks, who answers, and once only."""

from testkit.actes import actes

LYON = "0699001J"


async def test_r36_only_the_gestionnaire_of_the_academie_answers_a_request_and_once(open_world):
    form = {"uai": LYON, "cle": "k", "nom": "ABSENT", "prenom": "Zoé", "precisions": "philosophie"}
    for _ in range(2):  # sent twice, asked once
        assert (await open_world.browser("chef").post("/demandes", form)).status_code == 303
    acts = await actes(open_world.pool, "demande.ecrire")
    rows = await open_world.pool.fetch("SELECT demande_id, etat FROM demande")
    assert [act.objet for act in acts] == [f"demande|{rows[0]['demande_id']}"], "the same form twice is one act"
    assert [row["etat"] for row in rows] == ["OUVERTE"]
    path, answer = f"/demandes/{rows[0]['demande_id']}/reponse", {"action": "creee", "reponse": "fait"}
    for name, status in (("chef", 403), ("delegue", 403), ("intervenant", 403), ("gestionnaire_de_lille", 404)):
        assert (await open_world.browser(name).post(path, answer)).status_code == status, name
    assert await open_world.pool.fetchval("SELECT etat FROM demande") == "OUVERTE"
    assert "ABSENT" not in (await open_world.browser("gestionnaire_de_lille").get("/demandes")).text
    gestionnaire = open_world.browser("gestionnaire")
    assert "ABSENT" in (await gestionnaire.get("/demandes")).text
    assert (await gestionnaire.post(path, answer)).status_code == 303
    assert (await gestionnaire.post(path, answer)).status_code == 409
    assert "fait" in (await open_world.browser("chef").get("/demandes")).text
    foreign = {**form, "uai": "0599001F", "cle": "other"}
    assert (await open_world.browser("chef").post("/demandes", foreign)).status_code == 404


async def test_a_request_names_its_etablissement_also_where_that_has_moved_to_another_academie(open_world):
    form = {"uai": LYON, "cle": "k", "nom": "ABSENT", "prenom": "Zoé"}
    assert (await open_world.browser("chef").post("/demandes", form)).status_code == 303
    await open_world.pool.execute("UPDATE mission SET academie = '09' WHERE uai = $1", LYON)
    assert f"LYCEE {LYON}" in await open_world.browser("gestionnaire").text("/demandes")
