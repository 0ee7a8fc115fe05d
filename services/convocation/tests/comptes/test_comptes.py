"""« Comptes et droits »: who has what since when; given, withdrawn and deactivated at once."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from acces import securite
from acces.acteur import Acteur, Role
from convocation.comptes import commands as comptes
from convocation.comptes.refus import CompteDesactive
from convocation.entrees.commands import Entree, open_session
from convocation.identite.fonctions import Fonction
from convocation.identite.settings import Genre
from testkit.eventually import eventually

GERANTE, AUTRE = "0c000000-0000-5000-8000-000000000001", "0c000000-0000-5000-8000-000000000002"
ADRESSE = "g.gerante@ac-exemple.invalid"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
PERSONNE = {"nom": "Gwenaëlle GÉRANTE", "courriel": ADRESSE}
ADMINISTRATEUR = {"role": "administrateur"}


def right(droit=None, *, personne=None, compte=None, motif="prise de fonction"):
    droit = droit or {"role": "gestionnaire", "academies": ["10", "09"]}
    whom = {"compte": compte} if compte else {"personne": personne or PERSONNE}
    return {"droit": droit, "motif": motif} | whom


async def given(world, *args, acteur=None, **options):
    answer = await (acteur or world.administrateur).post("/api/attributions", right(*args, **options))
    assert answer.status_code == 201, answer.text
    return answer.json()["attribution_id"]


async def withdrawn(world, attribution, motif="départ", acteur=None):
    return await (acteur or world.administrateur).post(f"/api/attributions/{attribution}/retrait", {"motif": motif})


async def status(world, cookie, path="/missions"):
    return (await world.client.get(path, headers=HTML | {"Cookie": cookie})).status_code


async def waiting(world, requests):
    """Whether so many wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return await world.pool.fetchval(query) == requests


def administrateur(world, compte):
    """Requests as an account that signed in."""
    return type(world.administrateur)(world.client, Acteur(compte, Role.ADMINISTRATEUR, compte))


async def test_a_right_given_to_an_address_is_the_account_s_that_signs_in_with_it_first(world):
    await given(world)
    [acteur], cookie = await world.enters(GERANTE, ADRESSE.upper(), "Gwenaëlle GÉRANTE")
    assert (acteur.sub, acteur.role, acteur.academies) == (GERANTE, Role.GESTIONNAIRE, {"10", "09"})
    assert await status(world, cookie, "/intervenants") == 200
    assert await world.enters(AUTRE, ADRESSE, "Homonyme NOUVELLE") == ((), None), "the address went to somebody else"
    [again], _ = await world.enters(GERANTE, "autre@ac-exemple.invalid", "Gwenaëlle GÉRANTE")
    assert again.role is Role.GESTIONNAIRE


async def test_an_account_without_an_address_gets_nothing_that_waits(world):
    await given(world)
    assert await world.enters(GERANTE, "") == ((), None)


async def test_a_right_that_waits_for_an_address_is_no_other_providers_whoever_says_to_have_it(world):
    await given(world)
    assert await world.enters(AUTRE, ADRESSE, genre=Genre.PROCONNECT) == ((), None)
    [acteur], _ = await world.enters(GERANTE, ADRESSE)
    assert acteur.role is Role.GESTIONNAIRE
    await given(world, ADMINISTRATEUR, compte=AUTRE)
    assert [one.role for one in (await world.enters(AUTRE, "", genre=Genre.PROCONNECT))[0]] == [Role.ADMINISTRATEUR]


async def test_a_withdrawal_ends_the_sessions_at_once_and_keeps_the_reason(world):
    attribution = await given(world)
    _, cookie = await world.enters(GERANTE, ADRESSE)
    assert (await withdrawn(world, attribution, motif="")).json()["code"] == "raison-absente"
    assert await status(world, cookie) == 200
    assert (await withdrawn(world, attribution)).status_code == 200
    assert await status(world, cookie) == 303
    assert await world.enters(GERANTE, ADRESSE) == ((), None)
    assert (await withdrawn(world, attribution)).json()["code"] == "attribution-finie"
    rows = await world.pool.fetch(
        "SELECT nom, motif, avant, apres FROM audit WHERE action = 'compte.ecrire' ORDER BY id"
    )
    assert [row["motif"] for row in rows] == ["prise de fonction", "départ"]
    assert ADRESSE in rows[0]["apres"]
    assert (rows[0]["avant"], rows[1]["apres"]) == (None, None)


async def test_whoever_is_given_a_right_signs_in_again_and_has_it(world):
    _, cookie = await world.enters(GERANTE, ADRESSE, ministere=[Fonction(Role.CHEF, frozenset({"0699001J"}))])
    await given(world)
    assert await status(world, cookie) == 303
    roles = {one.role for one in (await world.enters(GERANTE, ADRESSE))[0]}
    assert roles == {Role.GESTIONNAIRE}


async def test_a_right_that_the_person_has_already_or_that_makes_no_sense_is_refused(world):
    await given(world)
    post = world.administrateur.post
    less = right({"role": "gestionnaire", "academies": ["10"]})
    assert (await post("/api/attributions", less)).json()["code"] == "deja-donne"
    await given(world, {"role": "gestionnaire", "academies": ["25"]})
    for droit, champ in (
        ({"role": "gestionnaire", "academies": []}, "academies"),
        ({"role": "administrateur", "academies": ["10"]}, "academies"),
        ({"role": "administrateur", "fin": "2020-01-01"}, "fin"),
    ):
        answer = await post("/api/attributions", right(droit))
        assert (answer.status_code, answer.json()["champ"]) == (422, champ)
    for wrong in ({"role": "chef"}, {"role": "gestionnaire", "academies": ["99"]}):
        assert (await post("/api/attributions", right(wrong))).status_code == 422
    both = right() | {"compte": GERANTE}
    assert (await post("/api/attributions", both)).status_code == 422


async def test_a_right_with_a_last_day_ends_by_itself_and_the_session_with_it(world):
    today = datetime.now(UTC).date()
    await given(world, {"role": "administrateur", "fin": (today + timedelta(days=3)).isoformat()})
    [acteur], _ = await world.enters(GERANTE, ADRESSE)
    assert acteur.fin is not None
    later = datetime.now(UTC) + timedelta(days=5)
    assert await world.enters(GERANTE, ADRESSE, now=later) == ((), None)


async def test_the_last_administrateur_keeps_the_right_until_there_is_another_one(world):
    own = await given(world, ADMINISTRATEUR)
    await world.enters(GERANTE, ADRESSE)
    self = administrateur(world, GERANTE)
    assert (await withdrawn(world, own, acteur=self)).json()["code"] == "dernier-administrateur"
    await given(world, ADMINISTRATEUR, personne={"nom": "A", "courriel": "a@ac-exemple.invalid"}, acteur=self)
    assert (await withdrawn(world, own, acteur=self)).json()["code"] == "dernier-administrateur", "nobody signed in"
    _, cookie = await world.enters(AUTRE, "a@ac-exemple.invalid")
    assert cookie
    assert (await withdrawn(world, own, acteur=self)).status_code == 200


async def test_two_administrateurs_who_withdraw_each_others_right_at_once_leave_one(world):
    one = await given(world, ADMINISTRATEUR)
    two = await given(world, ADMINISTRATEUR, personne={"nom": "A", "courriel": "a@ac-exemple.invalid"})
    await world.enters(GERANTE, ADRESSE)
    await world.enters(AUTRE, "a@ac-exemple.invalid")
    async with world.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM compte FOR UPDATE")  # both stop in the middle
        tasks = [
            asyncio.create_task(withdrawn(world, two, acteur=administrateur(world, GERANTE))),
            asyncio.create_task(withdrawn(world, one, acteur=administrateur(world, AUTRE))),
        ]
        await eventually(lambda: waiting(world, 2), because="both wait")
    answers = await asyncio.gather(*tasks)
    assert sorted(one.status_code for one in answers) == [200, 409]


async def test_nobody_deactivates_themselves_and_the_ministrys_administrateur_counts_too(world):
    ministere = [Fonction(Role.ADMINISTRATEUR)]
    await world.enters(GERANTE, ADRESSE, ministere=ministere)
    await world.enters(AUTRE, "a@ac-exemple.invalid", ministere=ministere)
    self, off = administrateur(world, GERANTE), {"actif": False, "motif": "x"}
    own = await self.put(f"/api/comptes/{GERANTE}/activite", off)
    assert (own.status_code, own.json()["code"]) == (409, "propre-compte")
    assert (await self.put(f"/api/comptes/{AUTRE}/activite", off)).status_code == 200


async def test_a_deactivated_account_is_signed_out_and_signs_in_no_more_whatever_the_ministry_says(world):
    ministere = [Fonction(Role.CHEF, frozenset({"0699001J"}))]
    _, cookie = await world.enters(GERANTE, ADRESSE, ministere=ministere)
    path = f"/api/comptes/{GERANTE}/activite"
    assert (await world.administrateur.put(path, {"actif": False, "motif": ""})).json()["code"] == "raison-absente"
    assert (await world.administrateur.put(path, {"actif": False, "motif": "départ"})).status_code == 200
    assert await status(world, cookie) == 303
    with pytest.raises(CompteDesactive):
        await world.enters(GERANTE, ADRESSE, ministere=ministere)
    await world.administrateur.put(path, {"actif": True, "motif": "retour"})
    assert (await world.enters(GERANTE, ADRESSE, ministere=ministere))[1]
    motifs = await world.pool.fetch("SELECT motif FROM audit WHERE objet = $1 ORDER BY id", f"compte|{GERANTE}")
    assert [row["motif"] for row in motifs] == ["départ", "retour"]
    assert (
        await world.administrateur.put(f"/api/comptes/{AUTRE}/activite", {"actif": True, "motif": "x"})
    ).status_code == 404


async def test_a_right_withdrawn_during_a_sign_in_is_not_in_the_session_that_comes_of_it(world):
    attribution = await given(world)
    await world.enters(GERANTE, ADRESSE)
    who = {"genre": Genre.FIM, "emetteur": "https://fim.invalid", "nom": "G", "courriel": ADRESSE}
    now = datetime.now(UTC)
    async with world.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await comptes.seen(connection, compte=GERANTE, now=now, **who)
        found = await comptes.fonctions_locales(connection, compte=GERANTE, courriel=ADRESSE, jour=now.date())
        assert found
        task = asyncio.create_task(withdrawn(world, attribution))
        await eventually(lambda: waiting(world, 1), because="the withdrawal waits for the sign-in")
        acteur = Acteur(GERANTE, Role.GESTIONNAIRE, "G", academies=frozenset({"10"}))
        secret = await open_session(connection, Entree(GERANTE, (acteur,)), now, timedelta(hours=1))
        await transaction.commit()
    assert (await task).status_code == 200
    assert await status(world, f"imagin_session={secret}") == 303


async def test_the_intervenant_of_the_directory_is_found_by_an_address_that_one_active_person_has(world):
    [acteur], _ = await world.enters(GERANTE, "100@AC-exemple.invalid", "Élodie BŒUF")
    assert (acteur.sub, acteur.role) == ("100", Role.INTERVENANT)
    await world.pool.execute("UPDATE intervenant SET courriel = '100@ac-exemple.invalid' WHERE numero = '101'")
    assert await world.enters(GERANTE, "100@ac-exemple.invalid") == ((), None), "two have it"
    await world.pool.execute("UPDATE intervenant SET actif = false WHERE numero = '101'")
    assert (await world.enters(GERANTE, "100@ac-exemple.invalid"))[0][0].sub == "100"


@pytest.mark.parametrize(
    ("nom", "typed"),
    [
        ("Awa NʼDIAYE", "N'DIAYE"),
        ("Ewa ŁUKASIEWICZ", "lukas"),
        ("Thị Phương ĐOÀN", "doan"),
        ("Inès D’ALMEIDA", "dalmeida"),
        ("Jean DE LA TOUR", "delatour"),
    ],
)
async def test_an_account_is_found_as_somebody_of_the_directory_is(world, nom, typed):
    await given(world, personne={"nom": nom, "courriel": "x1@ac-exemple.invalid"})
    await world.enters(AUTRE, "x2@ac-exemple.invalid", nom)
    found = (await world.administrateur.get("/api/comptes", nom=typed)).json()["comptes"]
    assert [(one["nom"], one["compte"]) for one in found] == [(nom, None), (nom, AUTRE)]


async def test_the_api_lists_who_has_what_since_when_and_finds_anybody_by_name_or_address(world):
    await given(world)
    ministere = [Fonction(Role.GESTIONNAIRE, academies=frozenset({"25"}))]
    await world.enters(AUTRE, "m@ac-exemple.invalid", "Maxime MINISTÈRE", ministere=ministere)
    await world.enters(GERANTE, "100@ac-exemple.invalid", "Élodie BŒUF")
    get = world.administrateur.get
    listed = (await get("/api/comptes")).json()["comptes"]
    assert [(one["nom"], one["compte"]) for one in listed] == [("Gwenaëlle GÉRANTE", None), ("Maxime MINISTÈRE", AUTRE)]
    assert listed[0]["attributions"][0]["academies"] == ["09", "10"]
    assert listed[1]["donnees"][0]["role"] == "gestionnaire"
    assert [one["nom"] for one in (await get("/api/comptes", nom="boeuf")).json()["comptes"]] == ["Élodie BŒUF"]
    assert [one["nom"] for one in (await get("/api/comptes", nom="g.gerante@")).json()["comptes"]] == [PERSONNE["nom"]]
    assert (await get(f"/api/comptes/{AUTRE}")).json()["vue_le"]
    assert (await get("/api/comptes/0c000000-0000-5000-8000-000000000099")).status_code == 404


async def test_the_pages_give_withdraw_and_deactivate_with_a_reason_and_show_what_the_ministry_gives(world):
    browser = world.browser("administrateur")
    wrong = await browser.post("/comptes/attribution", {"cle": "k"})
    assert wrong.status_code == 422
    assert [f'href="#{one}"' in wrong.text for one in ("nom", "courriel", "role")] == [True] * 3
    form = PERSONNE | {"role": "gestionnaire", "academies": ["10"], "cle": "k"}
    reasonless = await browser.post("/comptes/attribution", form)
    assert (reasonless.status_code, 'href="#motif"' in reasonless.text) == (422, True)
    for _ in range(2):
        done = await browser.post("/comptes/attribution", form | {"motif": "prise de fonction"})
        assert done.headers["location"] == "/comptes?fait=droit-donne"
    assert await world.pool.fetchval("SELECT count(*) FROM attribution") == 1
    assert "Pas encore connectée" in await browser.text("/comptes")
    ministere = [Fonction(Role.DELEGUE, uais=frozenset({"0699001J"}), pour="c.chef", fin=datetime(2030, 1, 2).date())]
    _, cookie = await world.enters(GERANTE, ADRESSE, PERSONNE["nom"], ministere=ministere)
    page = await browser.text(f"/comptes/{GERANTE}")
    assert "Délégué du chef d’établissement, 0699001J, pour c.chef, jusqu’au mercredi 2 janvier 2030" in page
    attribution = await world.pool.fetchval("SELECT attribution_id FROM attribution")
    retrait = f"/comptes/attributions/{attribution}/retrait"
    assert "est déconnectée tout de suite" in await browser.text(retrait)
    assert (await browser.post(retrait, {"motif": ""})).status_code == 422
    assert (await browser.post(retrait, {"motif": "départ"})).headers["location"] == "/comptes?fait=droit-retire"
    assert await status(world, cookie) == 303
    activite = f"/comptes/{GERANTE}/activite"
    assert (await browser.get(activite)).status_code == 200
    off = await browser.post(activite, {"motif": "départ", "action": "desactiver"})
    assert off.headers["location"] == f"/comptes/{GERANTE}?fait=compte-desactive"
    assert "Désactivé" in await browser.text(f"/comptes/{GERANTE}")
    found = await browser.post("/comptes", {"nom": "gerante gwenaelle"})
    assert "Gwenaëlle GÉRANTE" in found.text
    assert "Gérante" not in str(found.url)


async def test_to_a_known_account_a_right_is_given_from_its_page(world):
    await world.enters(GERANTE, ADRESSE, PERSONNE["nom"], ministere=[Fonction(Role.CHEF, frozenset({"0699001J"}))])
    browser = world.browser("administrateur")
    path = f"/comptes/attribution?compte={GERANTE}"
    assert 'name="courriel"' not in await browser.text(path)
    done = await browser.post(path, {"role": "administrateur", "motif": "x", "cle": "k"})
    assert done.headers["location"] == f"/comptes/{GERANTE}?fait=droit-donne"
    assert await world.pool.fetchval("SELECT compte FROM attribution") == GERANTE
    again = await browser.post(path, {"role": "administrateur", "motif": "x", "cle": "autre"})
    assert (again.status_code, "a déjà ce droit" in again.text) == (409, True)
    assert (await browser.get(f"/comptes/attribution?compte={AUTRE}")).status_code == 404


async def test_an_account_that_nobody_used_for_two_years_is_forgotten_unless_something_hangs_on_it(world):
    refused = "0c000000-0000-5000-8000-000000000003"
    for compte in (refused, AUTRE, GERANTE):
        await world.enters(compte, "")
    await given(world, compte=GERANTE)
    off = {"actif": False, "motif": "départ"}
    assert (await world.administrateur.put(f"/api/comptes/{AUTRE}/activite", off)).status_code == 200
    query = "SELECT array_agg(compte ORDER BY compte) FROM compte"
    await comptes.forget_unused(world.pool, datetime.now(UTC) + timedelta(days=729))
    assert await world.pool.fetchval(query) == [GERANTE, AUTRE, refused]
    await comptes.forget_unused(world.pool, datetime.now(UTC) + timedelta(days=731))
    assert await world.pool.fetchval(query) == [GERANTE, AUTRE]


async def test_each_act_on_rights_is_a_security_event_that_names_nobody_but_who_acts(world, tmp_path):
    path = tmp_path / "securite.jsonl"
    securite.configure("essai", path)
    try:
        attribution = await given(world)
        await world.enters(GERANTE, ADRESSE)
        await withdrawn(world, attribution)
        for actif in (False, True):
            await world.administrateur.put(f"/api/comptes/{GERANTE}/activite", {"actif": actif, "motif": "x"})
    finally:
        securite.configure("essai", None)
    told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    events = ["right.given", "right.withdrawn", "account.deactivated", "account.reactivated"]
    assert [one["event"] for one in told] == events
    assert {one["acteur"] for one in told} == {"admin"}
    assert ADRESSE not in path.read_text(encoding="utf-8")
