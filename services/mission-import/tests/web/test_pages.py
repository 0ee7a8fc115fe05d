"""The rectorat's pages on imports, as a browser asks for them."""

import re

import pytest

SESSION, LYON, AUTRE, LILLE = "2020-E3C1", "0699001J", "0699002K", "0599001N"


def words(answer):
    """The text of a page, its spaces one kind."""
    main = answer.text.split("<main", 1)[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("&nbsp;", " ").replace("&#39;", "'")


async def test_the_list_says_what_came_when_and_what_became_of_it(world):
    await world.receive(world.closing(LYON, 1, HG=30, HLP=12))
    page = await world.page("lyon", "/imports")
    assert page.status_code == 200
    text = words(page)
    assert "1 clôture reçue" in text
    assert f"LYCEE {LYON}" in text
    assert f"{LYON} – {SESSION} 1 " in text  # its revision
    assert "3 créées" in text
    assert "Appliquée" in text


async def test_who_is_not_signed_in_is_told_where_to_and_a_chef_is_refused(world):
    answer = await world.page(None, "/imports")
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion")
    assert "http://convocation.test/connexion" in (await world.page(None, "/connexion")).text
    assert (await world.page("chef", "/imports")).status_code == 403
    assert (await world.page("lyon", "/accessibilite")).headers["location"] == "http://convocation.test/accessibilite"


async def test_signing_out_ends_the_session_of_both_services(world):
    answer = await world.page("lyon", "/deconnexion", {})
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion")
    assert 'imagin_session=""' in answer.headers["set-cookie"]
    assert "Path=/" in answer.headers["set-cookie"]
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert world.sessions.closed == {world.tokens["lyon"]}
    assert (await world.page("lyon", "/imports")).headers["location"] == "/connexion"


async def test_what_was_typed_survives_a_session_that_ended_elsewhere(world):
    await changed_closing(world)
    world.sessions.over.add(world.tokens["lyon"])
    answer = await world.page(
        "lyon", f"{REVUE}/decision", {"revision": "2", "action": "refuser", "motif": "Un « motif »"}
    )
    assert (answer.status_code, "Un « motif »" in answer.text) == (401, True)
    assert (await world.etats())[2] == "A_VALIDER"


async def test_the_menu_and_the_help_lead_to_convocation_and_lille_sees_nothing_of_lyon(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    page = await world.page("lille", "/imports")
    assert 'href="http://convocation.test/"' in page.text
    assert '<a href="http://convocation.test/aide/imports">Aide</a>' in page.text
    assert LYON not in page.text
    assert LYON in (await world.page("admin", "/imports")).text


REVUE = f"/imports/{SESSION}/{LYON}"
ATTENTE = f"/imports/a-valider/10/{SESSION}"


async def decide(world, revision, action="accepter", motif="", who="lyon"):
    form = {"revision": str(revision), "action": action, "motif": motif}
    return await world.page(who, f"{REVUE}/decision", form)


async def changed_closing(world):
    """HG loses two candidates, HLP all of them with two people convoked there, LLCE comes."""
    await world.receive(world.closing(LYON, 1, HG=30, HLP=12))
    await world.receive(world.convocation(1, "HLP"), world.convocation(2, "HLP"), group="convocation")
    await world.validation()
    await world.receive(world.closing(LYON, 2, HG=28, LLCE=5))


async def test_the_differential_is_said_in_words_and_rows_with_who_is_convoked_already(world):
    await changed_closing(world)
    text = words(await world.page("lyon", REVUE))
    assert "Ce que changerait la révision 2 Missions : 1 créée, 2 modifiées, 1 sans candidat." in text
    assert "2 personnes sont déjà convoquées sur des missions sans candidat désormais" in text
    assert "Épreuve HG HG – Générale Modifiée candidats : de 30 à 28 0" in text
    assert "Épreuve HLP HLP – Générale Sans candidat désormais candidats : de 12 à 0 2" in text
    assert "Épreuve LLCE LLCE – Générale Créée 0" in text
    assert "Révision que suivent les missions 1" in text
    assert "Événement ce-2" in text


async def test_accepting_applies_what_was_read_and_the_history_says_who_and_when(world):
    await changed_closing(world)
    stale = await decide(world, 1)
    assert stale.status_code == 409
    assert "n’est plus ce que vous avez lu" in words(stale)
    answer = await decide(world, 2)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{REVUE}?fait=acceptee")
    page = words(await world.page("lyon", answer.headers["location"]))
    assert "Succès : Clôture acceptée" in page
    assert "Essai Révision 2 – Acceptée –" in page
    assert 'name="action"' not in (await world.page("lyon", REVUE)).text
    assert (await world.etats())[2] == "APPLIQUEE"
    assert "Appliquée Essai, " in words(await world.page("admin", "/imports"))


async def test_refusing_asks_for_the_reason_and_keeps_it_in_the_history(world):
    await changed_closing(world)
    refused = await decide(world, 2, "refuser", " ")
    assert refused.status_code == 422
    assert "Indiquez pourquoi" in words(refused)
    assert 'aria-describedby="motif-erreur"' in refused.text
    assert (await world.etats())[2] == "A_VALIDER"
    novel = "Effectifs faux\r\n" * 40
    answer = await decide(world, 2, "refuser", novel)
    assert (answer.status_code, "500 caractères" in answer.text) == (422, True)
    assert novel.replace("\r\n", "\n").strip() in answer.text
    answer = await decide(world, 2, "refuser", "Effectifs <faux>")
    assert answer.status_code == 303
    page = await world.page("lyon", REVUE)
    assert "Effectifs &lt;faux&gt;" in page.text
    assert "Révision 2 – Refusée" in words(page)
    assert "Ce qu’aurait changé la révision 2" in words(page)


async def test_what_was_typed_is_kept_when_a_newer_revision_came_meanwhile(world):
    await changed_closing(world)
    await world.receive(world.closing(LYON, 3, HG=27))
    answer = await decide(world, 2, "refuser", "Effectifs faux")
    assert answer.status_code == 409
    assert "Effectifs faux</textarea>" in answer.text
    assert 'name="revision" value="3"' in answer.text


async def test_what_is_ticked_is_accepted_as_it_was_seen_and_the_rest_goes_on_waiting(world):
    await changed_closing(world)
    page = await world.page("lyon", ATTENTE)
    assert "1 clôture attend. Missions : 1 à créer, 2 à modifier, 1 sans candidat." in words(page)
    await world.receive(world.closing(AUTRE, 1, HG=20))
    answer = await world.page("lyon", ATTENTE, {"vue": f"{LYON}:2", "action": "accepter"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ATTENTE}?acceptees=1&deja=0&changees=")
    assert (await world.etats(), await world.etats(AUTRE)) == ({1: "APPLIQUEE", 2: "APPLIQUEE"}, {1: "A_VALIDER"})
    told = words(await world.page("lyon", answer.headers["location"]))
    assert "1 clôture acceptée" in told
    assert "1 clôture attend." in told
    nothing = await world.page("lyon", ATTENTE, {"action": "accepter"})
    assert (nothing.status_code, "Cochez les clôtures à accepter." in words(nothing)) == (422, True)


async def test_a_replay_changes_no_table_and_the_page_says_so(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    before = await world.checksums()
    answer = await world.page("lyon", f"{REVUE}/rejeu", {"revision": "1"})
    assert answer.headers["location"] == f"{REVUE}?fait=aucun-changement"
    page = words(await world.page("lyon", answer.headers["location"]))
    assert "Succès : Révision rejouée : rien n’a changé" in page
    assert "Révision 1 – Rejouée : rien n’a changé" in page
    assert await world.checksums() == before


async def test_a_revision_that_was_never_applied_is_not_replayed(world):
    await changed_closing(world)
    assert 'value="1"' in (await world.page("lyon", REVUE)).text.split("/rejeu")[1]
    refused = await world.page("lyon", f"{REVUE}/rejeu", {"revision": "2"})
    assert refused.status_code == 409
    assert "n’a pas été appliquée" in words(refused)
    assert (await world.page("lyon", f"{REVUE}/rejeu", {"revision": "x"})).status_code == 404


async def test_the_gestionnaire_chooses_for_the_own_academie_and_the_administrateur_for_all(world):
    own = words(await world.page("lyon", "/imports/politiques"))
    assert "Lyon Automatique Par défaut" in own
    assert "Lille" not in own
    answer = await world.page("lyon", "/imports/politiques/10", {"mode": "VALIDATION"})
    assert answer.status_code == 303
    assert "Lyon Après relecture Essai" in words(await world.page("admin", answer.headers["location"]))
    assert (await world.page("admin", "/imports/politiques/09", {"mode": "VALIDATION"})).status_code == 303
    assert (await world.page("lyon", "/imports/politiques/10", {"mode": "X"})).status_code == 422


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (REVUE, None),
        (f"{REVUE}/decision", {"revision": "2", "action": "accepter"}),
        (f"{REVUE}/decision", {"revision": "2", "action": "refuser", "motif": "x"}),
        (f"{REVUE}/rejeu", {"revision": "1"}),
        (ATTENTE, None),
        (ATTENTE, {"vue": f"{LYON}:2", "action": "accepter"}),
        ("/imports/politiques/10", {"mode": "AUTOMATIQUE"}),
    ],
)
async def test_to_lille_lyon_does_not_exist_and_a_chef_is_refused(world, path, form):
    await changed_closing(world)
    before = await world.checksums()
    answers = [await world.page(who, path, form) for who in ("lille", "chef")]
    assert [one.status_code for one in answers] == [404, 403]
    assert all(LYON not in words(one) for one in answers)
    assert await world.checksums() == before
    nobody = await world.page("lille", path.replace(LYON, AUTRE), form)
    assert words(nobody) == words(answers[0])
    assert (await world.page("admin", path, form)).status_code in {200, 303}


@pytest.mark.parametrize("path", ["/imports", "/imports/politiques"])
async def test_a_chef_has_no_list(world, path):
    assert (await world.page("chef", path)).status_code == 403


async def test_a_form_from_another_site_is_refused(world):
    await changed_closing(world)
    world.client.cookies.clear()
    headers = {"Accept": "text/html", "Cookie": f"imagin_session={world.tokens['lyon']}", "Sec-Fetch-Site": "same-site"}
    answer = await world.client.post(f"{REVUE}/decision", data={"revision": "2", "action": "accepter"}, headers=headers)
    assert answer.status_code == 403
    assert (await world.etats())[2] == "A_VALIDER"


async def test_signing_out_from_another_site_is_refused(world):
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    assert (await world.client.post("/deconnexion", headers=headers)).status_code == 403


async def test_the_administrateur_filters_by_academie_state_and_text(world):
    await world.validation()
    await world.receive(world.closing(LYON, 1, HG=30), world.closing(AUTRE, 1, HG=20), world.closing(LILLE, 1, HG=10))
    for query, seen in (
        ("", {LYON, AUTRE, LILLE}),
        ("academie=09", {LILLE}),
        ("etat=A_VALIDER", {LYON, AUTRE}),
        (f"q=lycee+{AUTRE}&session={SESSION}&page=1", {AUTRE}),
        ("academie=x&etat=nimporte&page=-3", set()),
        ("q=introuvable", set()),
    ):
        page = words(await world.page("admin", f"/imports?{query}"))
        assert {one for one in (LYON, AUTRE, LILLE) if f"LYCEE {one}" in page} == seen, query
    assert "Lyon, session 2020-E3C1 : 2 clôtures" in page.replace("\xa0", " ")
    assert "Lyon, session" not in words(await world.page("lille", "/imports"))
    assert f"LYCEE {LYON}" not in words(await world.page("lille", "/imports?academie=10"))


async def test_without_an_acteur_nothing_is_read_but_where_to_sign_in(world):
    """The routes that ask for none; test_matrice.py asks all others without a token."""
    public = {"/health/live", "/health/ready", "/connexion", "/deconnexion", "/"}
    public |= {"/accessibilite", "/mentions-legales", "/donnees-personnelles", "/fonctions", "/mes-connexions"}
    assert {one.path for one in world.client._transport.app.routes if getattr(one, "methods", None)} == public
