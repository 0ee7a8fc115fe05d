"""R12, R13: the page and the API of openings, and that list, mission and forms follow at once."""

import html
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from acces.acteur import Role
from convocation.listes.sql import FiltreMissions, liste_missions
from convocation.ouvertures.domain import NATIONALE, Cible, Decision, PorteeOuverture, est_ouvert

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
SESSION = "2020-E3C1"
NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)


def words(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def seen(browser, path):
    answer = await browser.get(path)
    return answer, words(answer.text)


async def sent(browser, path, data):
    answer = await browser.post(path, data)
    return answer, words(answer.text)


def form(**changes):
    return {"session": SESSION, "decision": "ouvrir", "pour": "10"} | changes


async def decide(world, **changes):
    answer, text = await sent(world.browser("administrateur"), "/ouvertures", form(**changes))
    return answer.status_code, text


async def missions_of(acteur):
    return (await acteur.get("/api/missions")).json()["total"]


def at(world, now):
    world.app.state.application = replace(world.app.state.application, clock=lambda: now)


@pytest.fixture
def clocked(world):
    at(world, NOW)
    return world


@pytest.mark.parametrize(
    "name", ["chef", "delegue", "gestionnaire", "administrateur", "intervenant", "notifier", "santorin"]
)
async def test_only_the_administrateur_opens(clocked, name):
    expected = 200 if name == "administrateur" else 403
    browser = clocked.browser(name)
    answer, text = await seen(browser, "/ouvertures")
    assert answer.status_code == expected
    assert ("Ouverture du service" in text) is (expected == 200)
    answer, _ = await sent(browser, "/ouvertures", form())
    assert answer.status_code == (303 if expected == 200 else 403)
    decided = await clocked.pool.fetchval("SELECT count(*) FROM ouverture WHERE par <> ''")
    assert decided == (1 if expected == 200 else 0)
    assert ("Ouverture du service" in (await seen(browser, "/missions"))[1]) is (name == "administrateur")


async def test_an_academie_is_opened_and_closed_at_once_and_the_others_are_not_affected(clocked):
    assert (await decide(clocked))[0] == 303
    assert [await missions_of(one) for one in (clocked.chef, clocked.autre_chef)] == [3, 1]
    lille = clocked.acteur("lille", Role.CHEF, LILLE)
    assert await missions_of(lille) == 0
    _, page = await seen(clocked.browser("chef"), f"/missions/{clocked.hg}")
    assert "Créer convocation" in page
    assert (await decide(clocked, decision="fermer", motif="fin de session"))[0] == 303
    assert await missions_of(clocked.chef) == 0
    _, page = await seen(clocked.browser("chef"), f"/missions/{clocked.hg}")
    assert "le service de convocation est fermé" in page
    assert "Créer convocation" not in page
    acts = await clocked.pool.fetch("SELECT * FROM audit ORDER BY id")
    assert [(one["objet"], one["academie"], one["motif"]) for one in acts] == [
        ("ouverture|2020-E3C1|ACADEMIE|10", "10", ""),
        ("ouverture|2020-E3C1|ACADEMIE|10", "10", "fin de session"),
    ]
    assert (acts[1]["avant"], acts[1]["apres"]) == ('{"ouverte": true}', '{"ouverte": false}')


async def test_a_list_of_etablissements_is_opened_whole_or_not_at_all_with_the_lines_that_are_wrong(clocked):
    listed = f"{LYON.lower()}\n\n0690000A\nLYCEE DU PARC"
    status, text = await decide(clocked, pour="liste", uais=listed)
    assert status == 422
    assert "Ligne 3 : aucune mission n’est connue pour l’UAI 0690000A." in text
    assert "Ligne 4 : « LYCEE DU PARC » n’est pas un UAI" in text
    assert listed.replace("\n", " ").split()[-1] in text
    assert await missions_of(clocked.chef) == 0
    assert (await decide(clocked, pour="liste", uais=f"{LYON}\n{LILLE}\n{LYON}"))[0] == 303
    assert await missions_of(clocked.chef) == 3
    assert await missions_of(clocked.autre_chef) == 0
    acts = await clocked.pool.fetch("SELECT academie, uai FROM audit ORDER BY uai")
    assert [tuple(one) for one in acts] == [("09", LILLE), ("10", LYON)]
    _, page = await seen(clocked.browser("administrateur"), "/ouvertures")
    assert "Établissements qui ont leur propre décision" in page
    assert LILLE in page


async def test_a_withdrawn_exception_follows_the_academie_again_and_the_nations_cannot_be_withdrawn(clocked):
    await decide(clocked)
    await decide(clocked, pour="liste", uais=LYON, decision="fermer")
    assert await missions_of(clocked.chef) == 0
    assert (await decide(clocked, pour="liste", uais=LYON, decision="retirer"))[0] == 303
    assert await missions_of(clocked.chef) == 3
    last = await clocked.pool.fetchrow("SELECT avant, apres FROM audit ORDER BY id DESC LIMIT 1")
    assert (last["avant"] is not None, last["apres"]) == (True, None)
    status, text = await decide(clocked, pour="*", decision="retirer")
    assert (status, "ne se retire pas" in text) == (422, True)


async def test_the_same_decision_again_is_no_act(clocked):
    for _ in range(2):
        assert (await decide(clocked))[0] == 303
    assert await clocked.pool.fetchval("SELECT count(*) FROM audit") == 1


async def test_the_first_decision_for_the_nation_is_an_act_even_where_an_academies_came_before(clocked):
    await decide(clocked)
    _, page = await seen(clocked.browser("administrateur"), "/ouvertures")
    assert "Toutes les académies : aucune décision" in page
    closing = {"pour": "*", "decision": "fermer", "motif": "fin", "vus": "9 9 9 9 9 9 9 9"}
    assert (await decide(clocked, **closing))[0] == 303
    act = await clocked.pool.fetchrow("SELECT objet, avant FROM audit ORDER BY id DESC LIMIT 1")
    assert tuple(act) == (f"ouverture|{SESSION}|NATIONALE|*", None)
    assert await missions_of(clocked.chef) == 3


@pytest.mark.parametrize(
    ("changes", "champ", "phrase"),
    [
        ({"debut": "2027-02-01T08:00", "fin": "2027-01-31T08:00"}, "fin", "La fin vient après le début."),
        ({"debut": "2027-01-14T08:00"}, "debut", "Ce début est passé"),
        ({"fin": "2027-01-14T08:00"}, "fin", "Cette fin est passée"),
        ({"fin": "demain"}, "fin", "ne se lit pas"),
        ({"fin": "2027-03-28T02:30"}, "fin", "Cette heure n’existe pas ce jour-là"),
        ({"decision": "fermer", "debut": "2027-02-01T08:00"}, "debut", "Une fermeture vaut tout de suite"),
        ({"decision": ""}, "decision", "Choisissez la décision."),
        ({"pour": ""}, "pour", "Choisissez pour qui"),
        ({"pour": "99"}, "pour", "Choisissez pour qui"),
        ({"uais": LYON}, "pour", "ou videz la liste"),
        ({"pour": "liste"}, "uais", "Donnez au moins un UAI."),
        ({"session": "2031-E3C1"}, "session", "Choisissez la session."),
        ({"motif": "x" * 501}, "motif", "500 caractères"),
    ],
)
async def test_what_makes_no_sense_is_refused_at_its_field_and_what_was_typed_stays(clocked, changes, champ, phrase):
    browser = clocked.browser("administrateur")
    answer, text = await sent(browser, "/ouvertures", form(**{"motif": "un motif"} | changes))
    assert answer.status_code == 422
    assert phrase in text
    assert f'href="#{champ}"' in answer.text
    assert f'id="{champ}-erreur"' in answer.text
    if len(changes.get("motif", "")) < 500:
        assert 'value="un motif"' in answer.text
    assert await clocked.pool.fetchval("SELECT count(*) FROM ouverture") == 0


async def test_from_to_by_the_clock_the_list_says_when_it_opens_then_opens_and_closes_by_itself(clocked):
    await decide(clocked, debut="2027-01-18T08:00", fin="2027-01-20T18:00")
    chef = clocked.browser("chef")
    _, page = await seen(chef, "/missions")
    assert "Aucune mission n’est ouverte" in page
    assert "Le service ouvrira le lundi 18 janvier 2027 à 8 h 00 (session 2020-E3C1)." in page
    message = (await clocked.chef.get("/api/missions")).json()["message"]
    assert "Le service ouvrira le lundi 18 janvier 2027 à 8 h 00" in message
    assert "ouvrira le lundi 18 janvier" in (await seen(chef, f"/missions/{clocked.hg}"))[1]
    _, page = await seen(clocked.browser("administrateur"), "/ouvertures")
    assert "Ouvrira le lundi 18 janvier 2027 à 8 h 00, jusqu’au mercredi 20 janvier 2027 à 18 h 00" in page
    debut, fin = datetime(2027, 1, 18, 7, tzinfo=UTC), datetime(2027, 1, 20, 17, tzinfo=UTC)
    for now, count in ((debut - timedelta(microseconds=1), 0), (debut, 3), (fin - timedelta(seconds=1), 3), (fin, 0)):
        at(clocked, now)
        assert await missions_of(clocked.chef) == count, now
        mission = (await clocked.chef.get(f"/api/missions/{clocked.hg}")).json()
        assert mission["ouverte"] is bool(count)
        _, page = await seen(chef, "/missions")
        assert ("ouvrira" in page) is (now < debut)
    _, page = await seen(clocked.browser("administrateur"), "/ouvertures")
    assert "Terminé depuis le mercredi 20 janvier 2027 à 18 h 00" in page
    at(clocked, debut)
    assert (
        "Service ouvert jusqu’au mercredi 20 janvier 2027 à 18 h 00" in (await seen(chef, f"/missions/{clocked.hg}"))[1]
    )


async def test_each_etablissement_of_a_list_opens_by_its_own_academies_clocks(clocked):
    await clocked.pool.execute("UPDATE mission SET academie = '28' WHERE uai = $1", LILLE)
    await clocked.pool.execute("UPDATE mission SET academie = '32' WHERE uai = $1", AUTRE_LYON)
    await decide(clocked, pour="liste", uais=f"{LYON}\n{AUTRE_LYON}\n{LILLE}", debut="2027-07-05T08:00")
    rows = await clocked.pool.fetch("SELECT code, debut FROM ouverture WHERE par <> ''")
    assert {row["code"]: row["debut"].hour for row in rows} == {LYON: 6, AUTRE_LYON: 12, LILLE: 4}
    _, page = await seen(clocked.browser("administrateur"), "/ouvertures")
    assert page.count("lundi 5 juillet 2027 à 8 h 00") == 3


async def test_who_has_several_etablissements_is_told_which_one_opens_when(clocked):
    both = clocked.acteur("deux", Role.CHEF, LYON, AUTRE_LYON)
    await decide(clocked, pour="liste", uais=LYON, debut="2027-01-18T08:00")
    await decide(clocked, pour="liste", uais=AUTRE_LYON)
    _, page = await seen(clocked.browser(both), "/missions")
    assert f"ouvrira le lundi 18 janvier 2027 à 8 h 00 (session 2020-E3C1 ; {LYON})." in page
    assert (await both.get("/api/missions")).json()["total"] == 1


async def test_forms_open_when_the_end_passes_are_refused_with_all_that_was_typed(clocked):
    fin = NOW + timedelta(hours=1)
    await decide(clocked, fin="2027-01-15T11:00")
    assert fin == datetime(2027, 1, 15, 10, tzinfo=UTC)
    created = (await clocked.chef.convoque(clocked.hg, "100", dates=["2027-03-05"])).json()["convocations"][0]
    chef, line = clocked.browser("chef"), f"/convocations/{created['convocation_id']}"
    forms = {
        f"/missions/{clocked.hg}/affectation": {
            "action": "convoquer",
            "cle": "k",
            "numeros": "101",
            "dates": "2027-03-06",
            "observation": "Salle douze",
        },
        f"{line}/modifier": {"version": "1", "dates": "2027-03-07", "observation": "Salle douze"},
        f"{line}/supprimer": {"version": "1", "motif": "Salle douze"},
    }
    for path in forms:
        assert (await seen(chef, path))[0].status_code == 200
    at(clocked, fin)
    for path, typed in forms.items():
        answer, text = await sent(chef, path, typed)
        assert answer.status_code == 409, path
        assert "Le service de convocation n’est pas ouvert" in text, path
        assert "Salle douze" in answer.text, path
        assert typed.get("dates", "") in answer.text, path
    for path in ("/missions-convoquees", f"/missions/{clocked.hg}", line, f"{line}/convocation.pdf"):
        assert (await seen(chef, path))[0].status_code == 200, path
    assert await clocked.pool.fetchval("SELECT count(*) FROM convocation_version") == 1


async def test_the_api_tells_what_holds_and_names_the_field_that_is_wrong(clocked):
    body = {"session": SESSION, "portee": "ACADEMIE", "code": "10", "ouverte": True, "motif": "essai"}
    put = clocked.administrateur.put
    answer = await put("/api/ouvertures", body | {"debut": "2027-02-01T08:00+01:00", "fin": "2027-01-31T08:00+01:00"})
    assert (answer.status_code, answer.json()["code"], answer.json()["champ"]) == (422, "ouverture-refusee", "fin")
    assert (await put("/api/ouvertures", body | {"debut": "2027-02-01T08:00"})).status_code == 422
    for portee, code in (("ETABLISSEMENT", "0690000A"), ("ACADEMIE", "99")):
        answer = await put("/api/ouvertures", body | {"portee": portee, "code": code})
        assert (answer.status_code, answer.json()["champ"]) == (422, "code")
    assert (await put("/api/ouvertures", body | {"debut": "2027-02-01T08:00+01:00"})).status_code == 200
    assert (await put("/api/ouvertures", body | {"portee": "ETABLISSEMENT", "code": LYON})).status_code == 200
    told = (await clocked.gestionnaire.get("/api/ouvertures", session=SESSION)).json()
    assert [one["code"] for one in told["ouvertures"]] == ["10", LYON]
    [lyon] = [one for one in told["academies"] if one["academie"] == "10"]
    assert (lyon["etat"], lyon["debut"], lyon["origine"]) == ("A_VENIR", "2027-02-01T08:00:00+01:00", "ACADEMIE")
    assert (lyon["etablissements"], lyon["exceptions"], lyon["exceptions_ouvertes"]) == (2, 1, 1)
    assert (lyon["motif"], lyon["nom"]) == ("essai", "admin")
    [lille] = [one for one in told["academies"] if one["academie"] == "09"]
    assert (lille["etat"], lille["origine"], lille["par"]) == ("FERME", None, "")
    withdrawn = await put("/api/ouvertures", body | {"portee": "ETABLISSEMENT", "code": LYON, "ouverte": None})
    assert withdrawn.status_code == 200
    assert await missions_of(clocked.chef) == 0


async def test_the_sql_of_the_list_says_the_same_as_the_domain_for_any_decisions_and_instant(world):
    chance = random.Random(20200120)
    bounds = [NOW + timedelta(hours=hours) for hours in range(4)]
    instants = [one + shift for one in bounds for shift in (timedelta(), timedelta(microseconds=-1))]
    wanted = [NATIONALE, *(Cible(PorteeOuverture.ACADEMIE, one) for one in ("09", "10"))]
    wanted += [Cible(PorteeOuverture.ETABLISSEMENT, one) for one in (LYON, AUTRE_LYON, LILLE)]

    def decision():
        if chance.random() < 0.3:
            return Decision(ouverte=False)
        debut, fin = sorted(chance.sample([None, *bounds], 2), key=lambda one: one or NOW - timedelta(days=1))
        return Decision(True, debut, fin if chance.random() < 0.7 else None)

    seen = {True: 0, False: 0}
    for _ in range(150):
        held = {cible: decision() for cible in wanted if chance.random() < 0.5}
        await world.pool.execute("DELETE FROM ouverture")
        await world.pool.executemany(
            "INSERT INTO ouverture VALUES ($1, $2, $3, $4, 'essai', now(), $5, $6)",
            [(SESSION, *cible, *one) for cible, one in held.items()],
        )
        for now in instants:
            filtre = FiltreMissions(uais=None, academies=None, ouvertes=True)
            rows = await liste_missions(world.pool, filtre, lot=35, now=now)
            listed = {row["uai"] for row in rows}
            for academie, uai in (("10", LYON), ("10", AUTRE_LYON), ("09", LILLE)):
                ouvert = est_ouvert(held, academie, uai, now)
                assert (uai in listed) is ouvert, (held, uai, now)
                seen[ouvert] += 1
    assert min(seen.values()) > 500
