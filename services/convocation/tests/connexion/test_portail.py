"""Signing in at a provider and coming back, signing out at both, and being signed out from there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from convocation.connexion.commands import forget
from convocation.identite.fonctions import compte
from convocation.identite.fournisseur import Fournisseur
from convocation.identite.settings import Genre
from event_schemas.academies import local_time
from testkit.oidc import Answer

LYON, AUTRE_LYON = "0699001J", "0699002K"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
RECTORAT = {"FrEduFonctAdm": "", "FrEduRneResp": ["X"], "ctgrps": ["GRP"], "codaca": "010"}
REFUSALS = [{"error": "access_denied"}, {"error": "login_required", "error_description": "x"}, {}]


async def test_a_chef_signs_in_at_the_portal_and_lands_where_he_wanted_to_go(portail):
    page = await portail.client.get("/connexion", params={"suite": "/signature"}, headers=HTML)
    assert 'href="/connexion/fim?suite=/signature"' in page.text
    answer = await portail.sign_in(suite="/signature")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signature")
    moi = await portail.moi()
    assert (moi["role"], moi["nom"], moi["uais"], moi["academies"]) == ("chef", "Camille ESSAI", [LYON], ["10"])
    assert moi["sub"] == compte(portail.issuer.url, "c.essai"), "a person, not the lycée"


async def test_what_the_portal_says_is_read_anew_at_each_sign_in(portail):
    await portail.sign_in()
    portail.issuer.claims |= {"FrEduRneResp": [f"{AUTRE_LYON}$UAJ$PU$N$T3$LYC$300"]}
    first = await portail.moi()
    await portail.sign_in()
    assert (await portail.moi())["uais"] == [AUTRE_LYON]
    assert (await portail.moi())["sub"] == first["sub"]


async def test_the_rectorat_is_asked_for_a_second_factor_and_refused_without_one(portail):
    portail.issuer.claims |= RECTORAT
    again = await portail.sign_in()
    assert again.status_code == 303
    assert "acr_values" in again.headers["location"]
    refused = await portail.come_back(portail.back(again.headers["location"]))
    assert (refused.status_code, "deux facteurs" in refused.text) == (403, True)
    assert await portail.moi() == 401
    portail.issuer.claims |= {"acr": "eidas2", "amr": ["pwd", "mfa"]}
    assert (await portail.sign_in()).headers["location"] == "/missions"
    assert ((await portail.moi())["role"], (await portail.moi())["academies"]) == ("gestionnaire", ["10"])


async def test_where_the_portal_can_be_asked_for_nothing_the_second_factor_is_not_asked_for_again_and_again(portail):
    exigences = {"gestionnaire": {"amr": ["mfa"]}}
    portail.world.settings.fonctions = portail.table(exigences=exigences)
    portail.issuer.claims |= RECTORAT | {"amr": ["pwd"]}
    refused = await portail.sign_in()
    assert (refused.status_code, "deux facteurs" in refused.text) == (403, True)
    portail.issuer.claims |= {"amr": ["pwd", "mfa"]}
    assert (await portail.sign_in()).headers["location"] == "/missions"


async def test_who_has_no_function_is_told_so_and_has_no_session(portail):
    portail.issuer.claims |= {"FrEduFonctAdm": "", "FrEduRneResp": ["X"]}
    answer = await portail.sign_in()
    assert (answer.status_code, "aucune fonction" in answer.text) == (403, True)
    assert await portail.moi() == 401


async def test_whoever_was_refused_is_found_by_the_administrateur_who_gives_the_account_a_right(portail, world):
    portail.issuer.claims |= {"FrEduFonctAdm": "", "FrEduRneResp": ["X"], "amr": ["mfa"]}
    assert (await portail.sign_in()).status_code == 403
    portail.client.cookies.clear()
    found = await world.browser("administrateur").post("/comptes", {"nom": "essai"})
    account = compte(portail.issuer.url, "c.essai")
    assert f'href="/comptes/{account}"' in found.text
    right = {"droit": {"role": "administrateur"}, "compte": account, "motif": "agent d’un autre ministère"}
    assert (await world.administrateur.post("/api/attributions", right)).status_code == 201
    assert (await portail.sign_in()).status_code == 303
    assert (await portail.moi())["role"] == "administrateur"


async def test_several_functions_are_chosen_from(portail):
    portail.issuer.claims |= {"ctgrps": ["GRP"], "codaca": "010", "acr": "eidas2"}
    assert (await portail.sign_in()).headers["location"] == "/fonctions"
    assert (await portail.moi())["fonctions"] == 2


@pytest.mark.parametrize("given", REFUSALS, ids=str)
async def test_a_portal_that_does_not_confirm_is_told_in_a_sentence(portail, given):
    state = portail.back(await portail.leave())["state"]
    answer = await portail.come_back(given | {"state": state})
    assert (answer.status_code, "n’a pas confirmé" in answer.text) == (403, True)


async def test_a_forged_answer_opens_nothing(portail):
    portail.issuer.id_token = lambda claims: portail.issuer.sign(claims | {"nonce": "autre"})
    assert (await portail.sign_in()).status_code == 403
    assert await portail.moi() == 401


@pytest.mark.parametrize("path", ["/token", "/.well-known/openid-configuration"])
async def test_while_the_portal_is_away_a_sentence_says_so(portail, path):
    portail.issuer.answers[path] = Answer(status=503)
    if path == "/token":
        answer = await portail.sign_in()
    else:
        answer = await portail.client.get("/connexion/fim", headers=HTML)
    assert (answer.status_code, "Le portail ne répond pas" in answer.text) == (503, True)


async def test_a_portal_that_is_not_set_does_not_exist(portail):
    for path in ("/connexion/proconnect", "/connexion/x", "/connexion/fim%2F", "/connexion/proconnect/retour"):
        assert (await portail.client.get(path, headers=HTML)).status_code == 404, path


async def test_signing_out_ends_the_session_here_then_at_the_portal(portail):
    await portail.sign_in()
    answer = await portail.out()
    assert answer.status_code == 200
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert f'content="0;url={portail.issuer.url}/logout?id_token_hint=' in answer.text.replace("&#34;", '"')
    assert "post_logout_redirect_uri=" in answer.text
    assert await portail.moi() == 401
    assert (await portail.out()).headers["location"] == "/connexion", "there is no session any more"


@pytest.mark.parametrize("known", [True, False], ids=["its page is known", "nothing is known of it"])
async def test_signing_out_works_while_the_portal_is_away(portail, issuer, world, known):
    await portail.sign_in()
    issuer.stop()
    if not known:
        state, genre = world.app.state.application, Genre.FIM
        fresh = Fournisseur(world.settings.fournisseurs[genre], redirect_uri="http://x", clock=state.clock)
        world.app.state.application = replace(state, fournisseurs={genre: fresh})
    answer = await portail.out()
    assert answer.status_code == (200 if known else 303)
    assert await portail.moi() == 401


async def test_the_database_holds_no_id_token_that_a_backup_could_show(portail, world):
    signed = []
    portail.issuer.id_token = lambda claims: signed.append(portail.issuer.sign(claims)) or signed[0]
    await portail.sign_in()
    held = await world.pool.fetchval("SELECT id_token FROM entree")
    assert held
    assert not any(piece in held for piece in signed[0].split("."))
    assert signed[0] in (await portail.out()).text, "the portal gets its own back"


async def test_a_session_opened_before_tokens_were_sealed_ends_here_alone(portail, world):
    await portail.sign_in()
    await world.pool.execute("UPDATE entree SET id_token = 'a.b.c'")
    assert (await portail.out()).headers["location"] == "/connexion"
    assert await portail.moi() == 401


async def test_a_session_knows_the_browser_that_signed_in(portail, world):
    browser = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
    given = portail.back(await portail.leave())
    await portail.client.get("/connexion/fim/retour", params=given, headers=HTML | browser)
    assert await world.pool.fetchval("SELECT navigateur FROM entree") == "Firefox sur Windows"


async def test_sign_ins_from_which_nobody_came_back_and_old_messages_are_forgotten(portail, world):
    await portail.leave()
    token = portail.issuer.logout_token(sub="c.essai")
    await portail.client.post("/connexion/fim/fermeture", data={"logout_token": token})
    query = "SELECT (SELECT count(*) FROM depart), (SELECT count(*) FROM fermeture)"
    async with world.pool.acquire() as connection:
        for minutes, left in ((9, (1, 1)), (11, (0, 1)), (60 * 25, (0, 0))):
            await forget(connection, datetime.now(UTC) + timedelta(minutes=minutes))
            assert tuple(await connection.fetchrow(query)) == left


async def test_the_portal_closes_one_session_or_all_of_a_person_and_a_message_counts_once(portail):
    portail.issuer.claims |= {"sid": "s-1"}
    await portail.sign_in()
    path = "/connexion/fim/fermeture"
    token = portail.issuer.logout_token(sub="c.essai", sid="s-1")
    other = portail.issuer.logout_token(sub="c.essai", sid="s-2")
    assert (await portail.client.post(path, data={"logout_token": other})).status_code == 200
    assert await portail.moi() != 401, "of another session"
    assert (await portail.client.post(path, data={"logout_token": token})).status_code == 200
    assert await portail.moi() == 401
    await portail.sign_in()
    assert (await portail.client.post(path, data={"logout_token": token})).status_code == 400
    assert await portail.moi() != 401, "a replay"
    everywhere = portail.issuer.logout_token(sub="c.essai")
    assert (await portail.client.post(path, data={"logout_token": everywhere})).status_code == 200
    assert await portail.moi() == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
async def test_a_message_that_no_portal_signed_closes_nothing(portail, token):
    await portail.sign_in()
    answer = await portail.client.post("/connexion/fim/fermeture", data={"logout_token": token})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert await portail.moi() != 401


async def test_no_log_names_the_person_who_signs_in(portail):
    with capture_logs() as logs:
        await portail.sign_in()
        portail.issuer.claims |= {"FrEduRneResp": ["0699001A$UAJ$PU$N$T3$LYC$300"]}
        await portail.sign_in()
    assert not any(word in str(logs) for word in ("essai", "ESSAI", "Camille", "0699001"))
    assert any(line["event"] == "connexion.vecteur" for line in logs)


async def test_an_intervenant_of_the_directory_signs_in_with_the_address_it_has(portail):
    portail.issuer.claims |= {"FrEduFonctAdm": "", "FrEduRneResp": ["X"], "email": "100@AC-exemple.invalid"}
    await portail.sign_in(suite="/mes-missions")
    moi = await portail.moi()
    assert (moi["role"], moi["sub"], moi["fonctions"]) == ("intervenant", "100", 1)


async def test_a_delegated_function_is_signed_x_pour_y_and_ends_with_its_last_day(portail, world):
    last = f"{datetime.now(UTC) + timedelta(days=1):%d/%m/%Y}"
    responsable = f"FrEduRneResp={LYON}$UAJ$PU$N$T3$LYC$300"
    told = f"imagin|/x?applicationname=imagin|01/09/2019|{last}|camille.roux|{responsable}|s|m|"
    portail.issuer.claims |= {"FrEduFonctAdm": "", "FrEduRneResp": ["X"], "FrEduResDel": [told]}
    await portail.sign_in()
    assert (await portail.moi())["nom"] == "Camille ESSAI pour camille.roux"
    fin = await world.pool.fetchval("SELECT fonctions->0->>'fin' FROM entree")
    assert datetime.fromisoformat(fin) > datetime.now(UTC)


async def test_whom_a_chef_named_by_address_signs_in_at_the_portal_and_acts_for_the_chef(portail, world):
    await portail.sign_in()
    body = {"nom": "Dominique AIDE", "courriel": "d.aide@ac-exemple.invalid", "droit": "CONSULTER"}
    today = local_time("*", datetime.now(UTC)).date().isoformat()
    form = body | {"debut": today, "fin": today, "cle": "k"}
    done = await portail.client.post(f"/delegations/{LYON}", data=form, headers=HTML)
    assert done.status_code == 303, done.text
    await portail.out()
    aide = {"sub": "d.aide", "given_name": "Dominique", "family_name": "AIDE", "email": "D.Aide@ac-exemple.invalid"}
    portail.issuer.claims = aide
    await portail.sign_in()
    moi = await portail.moi()
    assert (moi["role"], moi["nom"]) == ("delegue-consultation", "Dominique AIDE pour Camille ESSAI")
    assert (moi["uais"], moi["academies"]) == ([LYON], ["10"])


async def test_a_deactivated_account_is_refused_at_the_portal_and_reads_why(portail, world):
    await portail.sign_in()
    chef = compte(portail.issuer.url, "c.essai")
    path = f"/api/comptes/{chef}/activite"
    assert (await portail.client.get("/api/moi")).status_code == 200
    cookies = dict(portail.client.cookies)
    portail.client.cookies.clear()
    off = await world.administrateur.put(path, {"actif": False, "motif": "départ"})
    assert off.status_code == 200, off.text
    portail.client.cookies.update(cookies)
    assert await portail.moi() == 401
    answer = await portail.sign_in()
    assert (answer.status_code, "Votre compte est désactivé" in answer.text) == (403, True)
    assert await portail.moi() == 401


async def test_what_the_vector_gave_is_kept_to_show_it(portail, world):
    await portail.sign_in()
    portail.client.cookies.clear()
    told = (await world.administrateur.get(f"/api/comptes/{compte(portail.issuer.url, 'c.essai')}")).json()
    assert [(one["role"], one["uais"]) for one in told["donnees"]] == [("chef", [LYON])]
    assert (told["nom"], told["courriel"], told["attributions"]) == ("Camille ESSAI", "c.essai@ac-exemple.invalid", [])
