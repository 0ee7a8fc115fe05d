"""A chef delegates: who acts, as what, for whom, until when; and who never does."""

from datetime import UTC, date, datetime, timedelta

import pytest

from acces.acteur import Acteur, Role
from acces.commande import Commande
from convocation.comptes import commands as comptes
from convocation.delegations.domain import fin_d_annee
from convocation.identite.fonctions import Fonction
from event_schemas.academies import local_time

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
DELEGUE, AUTRE = "0d000000-0000-5000-8000-000000000001", "0d000000-0000-5000-8000-000000000002"
ADRESSE = "d.delegue@ac-exemple.invalid"
URL = f"/api/etablissements/{LYON}/delegations"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def jour():
    return local_time("10", datetime.now(UTC)).date()


def body(droit="CONVOQUER", **changes):
    days = {"debut": jour().isoformat(), "fin": fin_d_annee(jour()).isoformat()}
    return {"nom": "Dominique DÉLÉGUÉ", "courriel": ADRESSE, "droit": droit} | days | changes


@pytest.fixture
def chef(open_world):
    return type(open_world.chef)(open_world.client, Acteur("chef.1", Role.CHEF, "Camille CHEF", frozenset({LYON})))


@pytest.fixture
def delegated(open_world, chef):
    """Delegate, and sign in as the délégué: the delegation's id, the acteurs and the cookie."""

    async def work(droit="CONVOQUER", **changes):
        answer = await chef.post(URL, body(droit, **changes))
        assert answer.status_code == 201, answer.text
        return answer.json()["delegation_id"], *(await open_world.enters(DELEGUE, ADRESSE.upper()))

    return work


async def asked(world, cookie, path):
    return await world.client.get(path, headers=HTML | {"Cookie": cookie})


async def locales(world, compte, courriel, day):
    async with world.pool.acquire() as connection:
        return await comptes.fonctions_locales(connection, compte=compte, courriel=courriel, jour=day)


async def test_whom_the_chef_names_convokes_and_every_version_and_act_reads_x_pour_y(open_world, chef, delegated):
    _, [acteur], _ = await delegated()
    assert (acteur.sub, acteur.role, acteur.nom) == (DELEGUE, Role.DELEGUE, "Dominique DÉLÉGUÉ pour Camille CHEF")
    assert (acteur.uais, acteur.academies) == ({LYON}, {"10"})
    api = type(chef)(open_world.client, acteur)
    made = (await api.convoque(open_world.hg, "100")).json()["convocations"][0]["convocation_id"]
    await chef.put(f"/api/convocations/{made}", {"dates": ["2030-03-07"]}, **{"If-Match": '"1"'})
    versions = (await chef.get(f"/api/convocations/{made}/historique")).json()["versions"]
    assert [one["par"] for one in versions] == ["Dominique DÉLÉGUÉ pour Camille CHEF", "Camille CHEF"]
    page = await open_world.browser(chef).text(f"/convocations/{made}")
    assert "Dominique DÉLÉGUÉ pour Camille CHEF</td>" in page
    form = {"uai": LYON, "nom": "INCONNUE", "prenom": "Y", "cle": "k"}
    await open_world.client.post("/demandes", data=form, headers=api._headers)
    journal = await open_world.browser("administrateur").text("/journal")
    assert "Dominique DÉLÉGUÉ pour Camille CHEF" in journal


async def test_a_delegue_never_signs_and_never_delegates(open_world, chef, delegated):
    _, [acteur], _ = await delegated()
    api = type(chef)(open_world.client, acteur)
    names = {"nom": "D", "prenom": "D", "qualite": "Proviseur"}
    assert (await api.put(f"/api/etablissements/{LYON}/signature", names)).status_code == 403
    assert (await api.post(URL, body(courriel="x@ac-exemple.invalid"))).status_code == 403
    assert (await api.get(URL)).status_code == 403


async def test_who_may_numeriser_convokes_changes_and_cancels_on_that_mission_and_looks_at_the_others(
    open_world, chef, delegated
):
    _, [acteur], _ = await delegated("NUMERISER")
    api, world = type(chef)(open_world.client, acteur), open_world
    other = (await chef.convoque(world.hg, "100")).json()["convocations"][0]["convocation_id"]
    answer = await api.convoque(world.numerisation, "101")
    assert answer.status_code == 201, answer.text
    own = answer.json()["convocations"][0]["convocation_id"]
    changed, gone = {"dates": ["2030-03-07"]}, {"motif": "x"}
    assert (await api.put(f"/api/convocations/{own}", changed, **{"If-Match": '"1"'})).status_code == 200
    assert (await api.post(f"/api/convocations/{own}/annulation", gone, **{"If-Match": '"2"'})).status_code == 200
    assert (await api.get(f"/api/missions/{world.numerisation}/intervenants", nom="dup")).status_code == 200
    assert (await api.get(f"/api/convocations/{other}")).status_code == 200
    assert (await api.get(f"/api/missions/{world.hg}")).status_code == 200
    assert (await api.convoque(world.hg, "102")).status_code == 403
    assert (await api.put(f"/api/convocations/{other}", changed, **{"If-Match": '"1"'})).status_code == 403
    assert (await api.post(f"/api/convocations/{other}/annulation", gone, **{"If-Match": '"1"'})).status_code == 403
    assert (await api.get(f"/api/missions/{world.hg}/intervenants", nom="dup")).status_code == 403


async def test_who_may_consulter_looks_and_neither_changes_nor_searches_the_directory(open_world, chef, delegated):
    _, [acteur], _ = await delegated("CONSULTER")
    api, world = type(chef)(open_world.client, acteur), open_world
    made = (await chef.convoque(world.hg, "100")).json()["convocations"][0]["convocation_id"]
    for path in ("/api/missions", f"/api/missions/{world.hg}", f"/api/convocations/{made}", "/api/couverture"):
        assert (await api.get(path)).status_code == 200, path
    for mission in (world.hg, world.numerisation):
        assert (await api.convoque(mission, "101")).status_code == 403
        assert (await api.get(f"/api/missions/{mission}/intervenants", nom="dup")).status_code == 403
    page = await world.browser(api).text(f"/missions/{world.hg}")
    assert "Créer convocation" not in page
    assert (await api.get(f"/api/etablissements/{LYON}/signature")).status_code == 403


async def test_a_delegation_gives_something_from_its_first_day_to_its_last(open_world, chef):
    first, last = jour(), jour() + timedelta(days=min(5, (fin_d_annee(jour()) - jour()).days))
    await chef.post(URL, body(debut=first.isoformat(), fin=last.isoformat()))
    await open_world.enters(DELEGUE, ADRESSE)
    days = [first - timedelta(days=1), first, last, last + timedelta(days=1)]
    found = [await locales(open_world, DELEGUE, ADRESSE, day) for day in days]
    assert [len(one) for one in found] == [0, 1, 1, 0]
    assert found[1] == [Fonction(Role.DELEGUE, frozenset({LYON}), pour="Camille CHEF", fin=last)]


async def test_a_session_that_is_open_ends_with_the_last_day_of_the_delegation(open_world, chef):
    await chef.post(URL, body(fin=jour().isoformat()))
    [acteur], _ = await open_world.enters(DELEGUE, ADRESSE)
    assert acteur.fin is not None
    ends = await open_world.pool.fetchval("SELECT fin_le FROM entree WHERE compte = $1", DELEGUE)
    opened = await open_world.pool.fetchval("SELECT ouverte_le FROM entree WHERE compte = $1", DELEGUE)
    assert ends == min(acteur.fin, opened + timedelta(hours=10))
    late = acteur.fin - timedelta(minutes=5)
    functions, cookie = await open_world.enters(AUTRE, "a@ac-exemple.invalid", now=late, ministere=[par_deleg_ce()])
    assert functions[0].fin == acteur.fin
    assert await open_world.pool.fetchval("SELECT fin_le FROM entree WHERE compte = $1", AUTRE) == acteur.fin
    assert cookie


def par_deleg_ce():
    """What the ministry's word gives, for today."""
    return Fonction(Role.DELEGUE, uais=frozenset({LYON}), pour="c.chef", fin=jour())


async def test_a_withdrawal_ends_the_sessions_that_act_by_it_at_once_and_nobody_elses(open_world, chef, delegated):
    delegation, _, cookie = await delegated()
    _, other = await open_world.enters(AUTRE, "x@ac-exemple.invalid", ministere=[par_deleg_ce()])
    assert (await asked(open_world, cookie, "/missions")).status_code == 200
    assert (await chef.post(f"{URL}/{delegation}/retrait", {})).status_code == 200
    assert (await asked(open_world, cookie, "/missions")).status_code == 303
    assert (await asked(open_world, other, "/missions")).status_code == 200
    assert await open_world.enters(DELEGUE, ADRESSE) == ((), None)
    again = await chef.post(f"{URL}/{delegation}/retrait", {})
    assert (again.status_code, again.json()["code"]) == (409, "delegation-finie")


async def test_who_gets_the_address_later_inherits_nothing(open_world, chef, delegated):
    await delegated()
    found, _ = await open_world.enters(AUTRE, ADRESSE, "Homonyme NOUVEAU")
    assert found == ()
    assert (await locales(open_world, DELEGUE, "autre@ac-exemple.invalid", jour()))[0].pour == "Camille CHEF"


async def test_another_etablissements_delegations_do_not_exist(open_world, chef, delegated):
    delegation, *_ = await delegated()
    assert (await open_world.autre_chef.get(URL)).status_code == 404
    assert (await open_world.autre_chef.post(URL, body())).status_code == 404
    own = f"/api/etablissements/{AUTRE_LYON}/delegations/{delegation}/retrait"
    assert (await open_world.autre_chef.post(own, {})).status_code == 404
    assert await locales(open_world, DELEGUE, ADRESSE, jour())


async def test_each_delegation_and_withdrawal_is_an_act_of_the_audit(open_world, chef, delegated):
    delegation, *_ = await delegated("NUMERISER")
    await chef.post(f"{URL}/{delegation}/retrait", {})
    rows = await open_world.pool.fetch("SELECT * FROM audit WHERE action = 'delegation.ecrire' ORDER BY id")
    assert [(row["nom"], row["uai"], row["academie"]) for row in rows] == [("Camille CHEF", LYON, "10")] * 2
    assert [row["avant"] is None for row in rows] == [True, False]
    assert [row["apres"] is None for row in rows] == [False, True]
    assert '"NUMERISER"' in rows[0]["apres"]
    journal = await open_world.browser("administrateur").text("/journal")
    assert "Numériser" in journal


async def test_the_page_shows_what_is_wrong_and_the_same_form_twice_is_one_delegation(open_world, chef):
    browser, path = open_world.browser(chef), f"/delegations/{LYON}"
    wrong = await browser.post(path, {"cle": "k", "nom": "", "courriel": "x", "droit": "", "debut": "", "fin": ""})
    assert wrong.status_code == 422
    for champ in ("nom", "courriel", "droit", "debut", "fin"):
        assert f'href="#{champ}"' in wrong.text, champ
    late = body(fin=date(jour().year + 2, 1, 1).isoformat())
    refused = await browser.post(path, late | {"cle": "k"})
    assert (refused.status_code, "le 31 août" in refused.text) == (422, True)
    assert f'value="{ADRESSE}"' in refused.text
    for _ in range(2):
        answer = await browser.post(path, body() | {"cle": "k"})
        assert answer.headers["location"] == f"{path}?fait=delegation"
    assert await open_world.pool.fetchval("SELECT count(*) FROM delegation") == 1
    page = await browser.text(path)
    assert "ne s’est pas encore connectée" in page
    assert "<h2>En cours</h2>" in page


async def test_the_page_lists_what_is_current_to_come_and_over_and_takes_back_with_one_button(open_world, chef):
    browser, path = open_world.browser(chef), f"/delegations/{LYON}"
    last = fin_d_annee(jour())
    for adresse, debut in (("a@ac-exemple.invalid", jour()), ("b@ac-exemple.invalid", last)):
        await browser.post(path, body(courriel=adresse, debut=debut.isoformat(), nom=adresse) | {"cle": adresse})
    page = await browser.text(path)
    titles = ["<h2>En cours</h2>"] + (["<h2>À venir</h2>"] if last > jour() else [])
    assert [one for one in titles if one not in page] == []
    one = await open_world.pool.fetchval("SELECT delegation_id FROM delegation WHERE courriel = 'a@ac-exemple.invalid'")
    done = await browser.post(f"{path}/{one}/retrait")
    assert done.headers["location"] == f"{path}?fait=delegation-retiree"
    page = await browser.text(path)
    assert "<h2>Passées</h2>" in page
    assert "par Camille CHEF" in page
    again = await browser.post(f"{path}/{one}/retrait")
    assert (again.status_code, "déjà retirée" in again.text) == (409, True)


async def test_a_chef_of_one_etablissement_goes_straight_there_and_one_of_two_chooses(open_world, chef):
    assert (await open_world.browser(chef).get("/delegations")).headers["location"] == f"/delegations/{LYON}"
    two = open_world.acteur("chef.2", Role.CHEF, LYON, AUTRE_LYON)
    page = await open_world.browser(two).text("/delegations")
    assert page.count('href="/delegations/0699') == 2


async def test_delegations_of_deleg_ce_are_shown_beside_as_the_last_sign_in_told_them(open_world, chef):
    elsewhere = Fonction(Role.DELEGUE, uais=frozenset({AUTRE_LYON}), pour="un.autre.chef", fin=jour())
    both = [par_deleg_ce(), elsewhere]
    await open_world.enters(AUTRE, "x@ac-exemple.invalid", "Référente DELEGCE", ministere=both)
    page = await open_world.browser(chef).text(f"/delegations/{LYON}")
    assert "Référente DELEGCE" in page
    assert "c.chef" in page
    assert "un.autre.chef" not in page
    page = await open_world.browser("autre_chef").text(f"/delegations/{AUTRE_LYON}")
    assert "un.autre.chef" in page
    assert "c.chef<" not in page


async def test_a_chef_whose_account_is_deactivated_delegates_no_more(open_world, delegated):
    delegation, _, cookie = await delegated()
    await open_world.enters("chef.1", "c.chef@ac-exemple.invalid", "Camille CHEF")
    async with open_world.pool.acquire() as connection, connection.transaction():
        admin = Commande(connection, open_world.administrateur.acteur, datetime.now(UTC))
        await comptes.set_actif(admin, "chef.1", actif=False, motif="compte compromis")
    assert (await asked(open_world, cookie, "/missions")).status_code == 303
    assert await open_world.enters(DELEGUE, ADRESSE) == ((), None)
    query = "SELECT motif FROM audit WHERE objet = $1 ORDER BY id DESC LIMIT 1"
    assert await open_world.pool.fetchval(query, f"delegation|{delegation}") == "compte compromis"
