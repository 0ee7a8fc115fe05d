"""Likely duplicates (R36): found, merged without losing a convocation, or said to be two people for ever."""

import asyncio
import html
import json
import re
from datetime import UTC, datetime

import pytest

from chassis.acteur import COOKIE
from convocation.use_cases import import_annuaire

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
ACTEURS = {"gestionnaire": (200, 200), "gestionnaire_de_lille": (200, 404)} | dict.fromkeys(
    ("chef", "delegue", "administrateur", "intervenant", "notifier", "santorin"), (403, 403)
)


def person(numero, nom, prenom, uai=AUTRE_LYON, disciplines=("0100",), **more):
    names = {"numero": numero, "civilite": "Mme", "nom": nom, "prenom": prenom, "uai": uai}
    return names | {"courriel": f"{numero}@ac-exemple.invalid", "disciplines": list(disciplines)} | more


@pytest.fixture
def twins():
    """Another entry of 100, BŒUF Élodie of LYON, and of 102, LEFÈVRE Anne."""
    return [
        person("200", "BOEUF", "Elodie", profils=["professeur de philosophie"]),
        person("202", "LEFEVRES", "Anne", LYON, ["0201"]),
    ]


async def add(world, people, academie="10", acteur=None):
    acteur = acteur or world.gestionnaire
    answer = await acteur.put(f"/api/academies/{academie}/intervenants", {"intervenants": people})
    assert answer.status_code == 200, answer.text


async def lue(world, numero):
    row = await world.pool.fetchrow("SELECT id, version FROM intervenant WHERE numero = $1", numero)
    return {"id": str(row["id"]), "version": row["version"]}


async def merge(world, kept, merged, /, acteur=None, **changes):
    body = {"gardee": await lue(world, kept), "autre": await lue(world, merged)} | changes
    return await (acteur or world.gestionnaire).post("/api/intervenants/fusion", body)


async def pairs(acteur):
    found = (await acteur.get("/api/intervenants/doublons")).json()["doublons"]
    return {tuple(one["numero"] for one in pair["intervenants"]): tuple(pair["motifs"]) for pair in found}


async def actives(world, *numeros):
    """(mission, entry) of the active convocations of these people, and whose each is."""
    rows = await world.pool.fetch(
        "SELECT * FROM convocation WHERE status = 'ACTIVE' AND numero = ANY($1) ORDER BY mission_id", list(numeros)
    )
    entry = ("mission_id", "qualite", "qualite_par_defaut", "profil", "dates", "observation")
    return {row["mission_id"]: tuple(str(row[name]) for name in entry) for row in rows}, [row["numero"] for row in rows]


async def test_the_same_name_the_same_mail_and_a_near_name_in_one_etablissement_are_found(world, twins):
    same_mail = person("300", "AUTREMENT", "Nommée", courriel="103@AC-EXEMPLE.invalid")
    elsewhere = person("301", "LEFEVRE", "Anna", AUTRE_LYON)  # a near name, no établissement in common
    await add(world, [*twins, same_mail, elsewhere])
    assert await pairs(world.gestionnaire) == {
        ("100", "200"): ("nom",),
        ("102", "202"): ("proche",),
        ("103", "300"): ("courriel",),
    }
    answer = (await world.gestionnaire.get("/api/intervenants/doublons")).json()
    assert answer["total"] == 3
    [first] = [one for one in answer["doublons"] if one["intervenants"][0]["numero"] == "100"]
    assert first["differents"] == ["courriel", "disciplines", "profils", "uai"]


async def test_the_likeliest_pair_comes_first(world):
    twin = person("100B", "BŒUF", "Élodie", LYON, courriel="100@ac-exemple.invalid")
    await add(world, [person("0A", "ABADIE", "Luc"), person("0B", "ABADIE", "Luc", "0699003L"), twin])
    assert list((await pairs(world.gestionnaire)).items()) == [
        (("100", "100B"), ("nom", "courriel", "etablissement")),
        (("0A", "0B"), ("nom",)),
    ]


async def test_many_pairs_are_told_page_by_page_each_once(world):
    same = [person(f"7{n:02}{side}", f"MEME{n:02}", "Nom", f"06991{n:02}A") for n in range(60) for side in "AB"]
    await add(world, same)
    pages = [(await world.gestionnaire.get("/api/intervenants/doublons", page=n)).json() for n in (1, 2, 3)]
    assert [len(one["doublons"]) for one in pages] == [50, 10, 0]
    names = [pair["intervenants"][0]["nom"] for one in pages for pair in one["doublons"]]
    assert names == [f"MEME{n:02}" for n in range(60)]  # by name where nothing else tells them apart
    token = world.gestionnaire._headers["Authorization"].removeprefix("Bearer ")
    headers = HTML | {"Cookie": f"{COOKIE}={token}"}
    second = (await world.client.get("/intervenants/doublons?page=2", headers=headers)).text
    assert second.count("Comparer<") == 10
    assert "60 paires de fiches, page 2 sur 2" in second.replace("\u202f", " ")


async def test_inactive_people_another_academie_and_an_offices_mail_make_no_pair(world, twins):
    office = [
        person(f"40{n}", f"NOM{n * 1111}", f"PRENOM{n}{n}", courriel="bureau@ac-exemple.invalid") for n in range(6)
    ]
    await add(world, [twins[0] | {"actif": False}, *office])
    await add(world, [person("500", "BŒUF", "Élodie", LILLE)], "09", world.gestionnaire_de_lille)
    assert await pairs(world.gestionnaire) == {}
    assert await pairs(world.gestionnaire_de_lille) == {}


async def test_no_convocation_is_lost_and_each_goes_on_with_the_same_entry(open_world, twins):
    world = open_world
    await add(world, twins)
    changed = {"qualite": "COORDINATEUR", "observation": "Salle 3", "dates": ["2020-03-05", "2020-03-06"]}
    await world.chef.convoque(world.hg, "200", **changed)
    await world.chef.convoque(world.hlp, "200")
    await world.chef.convoque(world.numerisation, "100", "200")
    [both, before] = [await actives(world, "100", "200"), await actives(world, "200")]
    count = await world.pool.fetchval("SELECT count(*) FROM convocation WHERE status = 'ACTIVE'")
    answer = await merge(world, "100", "200")
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in ("reprises", "en_double")} == {"reprises": 2, "en_double": 1}
    after, whose = await actives(world, "100", "200")
    assert after == both[0]  # the same missions, each with its entry
    assert whose == ["100"] * 3
    assert set(before[0]) == set(after)
    assert await world.pool.fetchval("SELECT count(*) FROM convocation WHERE status = 'ACTIVE'") == count - 1
    reasons = await world.pool.fetch("SELECT mission_id, motif, nature FROM convocation WHERE numero = '200'")
    assert {row["nature"] for row in reasons} == {"ANNULATION"}
    assert all(row["motif"].startswith("Doublon dans l’annuaire") for row in reasons)
    assert {row["mission_id"] for row in reasons if "reste valable" in row["motif"]} == {world.numerisation}


async def test_each_change_is_told_the_grant_before_the_revocation(open_world, twins):
    world = open_world
    await add(world, twins)
    await world.chef.convoque(world.hg, "200")
    told = len(await world.told())
    await merge(world, "100", "200")
    rows = await world.pool.fetch("SELECT payload FROM outbox ORDER BY seq OFFSET $1", told)
    states = [json.loads(row["payload"]) for row in rows]
    assert [(one["status"], one["intervenant"]["numero"], one["version"]) for one in states] == [
        ("ACTIVE", "100", 1),
        ("CANCELLED", "200", 2),
    ]
    assert states[0]["convocation_id"] != states[1]["convocation_id"]  # a right is one person's, for ever


async def test_a_convocation_the_kept_person_had_lost_goes_on_at_its_next_version(open_world, twins):
    world = open_world
    await add(world, twins)
    [lost] = (await world.chef.convoque(world.hg, "100")).json()["convocations"]
    path = f"/api/convocations/{lost['convocation_id']}/annulation"
    cancelled = await world.chef.post(path, {"motif": "Erreur"}, **{"If-Match": '"1"'})
    assert cancelled.status_code in {200, 201}, cancelled.text
    await world.chef.convoque(world.hg, "200")
    assert (await merge(world, "100", "200")).json()["reprises"] == 1
    row = await world.pool.fetchrow("SELECT * FROM convocation WHERE numero = '100'")
    assert (str(row["convocation_id"]), row["version"], row["status"], row["motif"]) == (
        lost["convocation_id"],
        3,
        "ACTIVE",
        None,
    )


@pytest.mark.parametrize("already", [False, True])
async def test_what_the_merged_person_has_reported_still_waits_for_its_answer(open_world, twins, already):
    world = open_world
    await add(world, twins)
    people = ["100", "200"] if already else ["200"]
    made = (await world.chef.convoque(world.hg, *people)).json()["convocations"]
    insert = "INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, $2, now())"
    await world.pool.execute(insert, made[-1]["convocation_id"], "Hospitalisée")
    assert (await merge(world, "100", "200")).status_code == 200
    told = await world.pool.fetch(
        "SELECT c.numero, e.etat, e.motif FROM empechement e JOIN convocation c USING (convocation_id)"
    )
    assert [tuple(one) for one in told] == [("100", "OUVERT", "Hospitalisée")]


async def test_of_two_reports_the_kept_persons_own_waits(open_world, twins):
    world = open_world
    await add(world, twins)
    made = (await world.chef.convoque(world.hg, "100", "200")).json()["convocations"]
    insert = "INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, 'x', now())"
    for one in made:
        await world.pool.execute(insert, one["convocation_id"])
    assert (await merge(world, "100", "200")).status_code == 200
    told = await world.pool.fetch(
        "SELECT c.numero, e.etat FROM empechement e JOIN convocation c USING (convocation_id) ORDER BY c.numero"
    )
    assert [tuple(one) for one in told] == [("100", "OUVERT"), ("200", "CLOS")]


async def test_a_closed_service_and_a_withdrawn_mission_lose_nothing_either(open_world, twins):
    world = open_world
    await add(world, twins)
    await world.chef.convoque(world.hg, "200")
    await world.chef.convoque(world.hlp, "200")
    await world.withdraw(LYON, "HLP")
    await world.open(ouverte=False)
    assert (await merge(world, "100", "200")).json()["reprises"] == 2
    assert (await actives(world, "100", "200"))[1] == ["100", "100"]


async def test_the_kept_entry_has_what_both_had_and_the_other_is_inactive_with_a_pointer(world, twins):
    await add(world, twins)
    await merge(world, "100", "200")
    kept = await world.pool.fetchrow("SELECT * FROM intervenant WHERE numero = '100'")
    assert (kept["disciplines"], kept["uais_secondaires"], kept["profils"]) == (
        ["1000", "0100"],
        [AUTRE_LYON],
        ["professeur de philosophie"],
    )
    merged = await world.pool.fetchrow("SELECT actif, fusionne_dans FROM intervenant WHERE numero = '200'")
    assert tuple(merged) == (False, "100")
    rows = await world.pool.fetch("SELECT * FROM audit WHERE action LIKE 'intervenants.%' ORDER BY id DESC LIMIT 3")
    acts = {(row["action"], row["objet"]): json.loads(row["apres"]) for row in rows}
    assert acts["intervenants.fusionner", "intervenant|200"]["fusionne_dans"] == "100"
    assert acts["intervenants.ecrire", "intervenant|200"] == {"actif": False}
    assert acts["intervenants.ecrire", "intervenant|100"]["disciplines"] == ["1000", "0100"]
    assert {row["par"] for row in rows} == {"gest"}


async def test_a_merged_entry_comes_back_neither_by_the_next_import_nor_by_hand(world, twins):
    await add(world, twins)
    await merge(world, "100", "200")
    acts = "SELECT count(*) FROM audit WHERE objet = 'intervenant|200'"
    before = await world.pool.fetchval(acts)
    await add(world, twins)
    assert await world.pool.fetchval(acts) == before  # nothing changed, so nothing is said to have
    assert await world.pool.fetchval("SELECT actif FROM intervenant WHERE numero = '200'") is False
    await world.pool.execute("UPDATE intervenant SET actif = true WHERE numero = '200'")  # whatever writes her
    assert await world.pool.fetchval("SELECT actif FROM intervenant WHERE numero = '200'") is False
    assert ("100", "200") not in await pairs(world.gestionnaire)
    held = await lue(world, "200")
    headers = {"If-Match": f'"{held["version"]}"'}
    path = f"/api/academies/10/intervenants/{held['id']}/activite"
    answer = await world.gestionnaire.put(path, {"actif": True, "motif": "Essai"}, **headers)
    assert (answer.status_code, answer.json()["type"]) == (409, "deja-fusionnee")


async def test_nor_does_the_next_file_of_the_academie_bring_her_back(world, twins):
    await add(world, twins)
    await merge(world, "100", "200")
    acts = "SELECT count(*) FROM audit WHERE objet = 'intervenant|200'"
    before = await world.pool.fetchval(acts)
    header = "numero,civilite,nom,prenom,courriel,uai,uais_secondaires,disciplines,actif"
    file = f"{header}\n200,Mme,BOEUF,Elodie,200@ac-exemple.invalid,{AUTRE_LYON},,0100,oui\n"
    headers = world.gestionnaire._headers | {"Content-Type": "text/csv"}
    url = "/api/academies/10/annuaire?essai=false"
    assert (await world.client.post(url, content=file.encode(), headers=headers)).status_code == 202
    while await import_annuaire.travailler(world.pool, lambda: datetime.now(UTC)):
        pass
    assert await world.pool.fetchval("SELECT count(*) FROM import_annuaire WHERE etat = 'TERMINE'") == 1
    assert await world.pool.fetchval("SELECT actif FROM intervenant WHERE numero = '200'") is False
    assert await world.pool.fetchval(acts) == before


async def test_stale_repeated_and_senseless_merges_are_refused(world, twins):
    await add(world, twins)
    stale = {"gardee": (await lue(world, "100")) | {"version": 9}}
    assert (await merge(world, "100", "200", **stale)).status_code == 412
    stale = {"autre": (await lue(world, "200")) | {"version": 9}}
    assert (await merge(world, "100", "200", **stale)).status_code == 412
    assert (await merge(world, "100", "100")).json()["type"] == "fusion-impossible"
    body = {"gardee": await lue(world, "100"), "autre": await lue(world, "200")}
    assert (await merge(world, "100", "200", **body)).status_code == 200
    assert (await merge(world, "100", "200", **body)).status_code == 412
    assert (await merge(world, "100", "200")).json()["type"] == "fusion-impossible"
    assert (await merge(world, "200", "100")).json()["type"] == "fusion-impossible"


async def test_two_people_who_are_not_one_are_never_shown_again(world, twins):
    await add(world, twins)
    ids = [(await lue(world, numero))["id"] for numero in ("200", "100")]
    for _ in range(2):  # twice is once
        answer = await world.gestionnaire.post("/api/intervenants/distincts", {"intervenants": ids})
        assert answer.status_code == 204
    assert list(await pairs(world.gestionnaire)) == [("102", "202")]
    acts = await world.pool.fetch("SELECT objet, academie FROM audit WHERE action = 'intervenants.fusionner'")
    assert [tuple(row) for row in acts] == [("doublon|100|200", "10")]


@pytest.mark.parametrize("name", ACTEURS)
async def test_only_the_academies_gestionnaire_sees_merges_and_separates(world, twins, name):
    await add(world, twins)
    acteur, (listed, other) = getattr(world, name), ACTEURS[name]
    assert (await acteur.get("/api/intervenants/doublons")).status_code == listed
    if listed == 200:
        assert bool(await pairs(acteur)) == (other == 200)
    ids = [(await lue(world, numero))["id"] for numero in ("100", "200")]
    address = f"/intervenants/doublons/{ids[0]}/{ids[1]}"
    token = acteur._headers["Authorization"].removeprefix("Bearer ")
    headers = HTML | {"Cookie": f"{COOKIE}={token}"}
    assert (await world.client.get("/intervenants/doublons", headers=headers)).status_code == listed
    assert (await world.client.get(address, headers=headers)).status_code == other
    assert (await merge(world, "100", "200", acteur, gardee={"id": ids[0], "version": 9})).status_code == (
        412 if other == 200 else other
    )
    answer = await acteur.post("/api/intervenants/distincts", {"intervenants": ids})
    assert answer.status_code == (204 if other == 200 else other)


async def test_a_convocation_made_during_the_merge_is_never_left_to_the_merged_person(open_world, twins):
    world = open_world
    await add(world, twins)
    for round_ in range(8):
        numero = f"60{round_}"
        await add(world, [person(numero, "BŒUF", "Élodie", LYON)])
        await world.chef.convoque(world.hg, numero)
        merged, convoked, other = await asyncio.gather(
            merge(world, "100", numero), world.chef.convoque(world.hlp, numero), world.chef.convoque(world.hlp, "100")
        )
        assert merged.status_code in {200, 412}, merged.text
        assert convoked.status_code in {201, 422}, convoked.text
        assert other.status_code in {201, 409}, other.text
        if merged.status_code == 412:  # somebody was convoked meanwhile: look again, and it goes
            assert convoked.status_code == 201
            assert (await merge(world, "100", numero)).status_code == 200
        assert await actives(world, numero) == ({}, [])
        missions, whose = await actives(world, "100")
        assert {world.hg, world.hlp} == set(missions)
        assert len(whose) == 2


async def test_two_merges_at_once_make_no_ring(open_world, twins):
    world = open_world
    await add(world, twins)
    await world.chef.convoque(world.hg, "100", "200")
    answers = await asyncio.gather(merge(world, "100", "200"), merge(world, "200", "100"))
    assert sorted(one.status_code for one in answers) == [200, 412]
    active = await world.pool.fetch("SELECT numero FROM intervenant WHERE actif AND numero IN ('100', '200')")
    assert len(active) == 1
    assert (await actives(world, "100", "200"))[1] == [active[0]["numero"]]


async def test_the_page_asks_which_to_keep_tells_a_stale_form_and_merges(world, twins):
    await add(world, twins)
    token = world.gestionnaire._headers["Authorization"].removeprefix("Bearer ")
    headers = HTML | {"Cookie": f"{COOKIE}={token}"}
    listed = (await world.client.get("/intervenants/doublons", headers=headers)).text
    [address] = [
        one for one in re.findall(r'href="(/intervenants/doublons/[^"]+)"', listed) if (await _is_boeuf(world, one))
    ]
    shown = await world.client.get(address, headers=headers)
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown.text)))
    assert "Courriel 100@ac-exemple.invalid 200@ac-exemple.invalid Différent" in text
    assert "Nom BŒUF BOEUF Identique" in text
    form = dict(re.findall(r'type="hidden" name="(version-[12])" value="([^"]*)"', shown.text))
    unchosen = await world.client.post(address, data=form | {"action": "fusionner"}, headers=headers)
    assert unchosen.status_code == 422
    assert "Choisissez la fiche à garder." in unchosen.text
    chosen = form | {"action": "fusionner", "gardee": (await lue(world, "200"))["id"]}
    stale = await world.client.post(address, data=chosen | {"version-1": "9"}, headers=headers)
    assert stale.status_code == 409
    assert f'value="{chosen["gardee"]}" checked' in stale.text
    done = await world.client.post(address, data=chosen, headers=headers)
    assert (done.status_code, done.headers["location"]) == (303, "/intervenants/doublons?fait=fusionnees")
    assert await world.pool.fetchval("SELECT fusionne_dans FROM intervenant WHERE numero = '100'") == "200"
    assert "Il n’y a rien à fusionner" in (await world.client.get(address, headers=headers)).text


async def _is_boeuf(world, address):
    numeros = await world.pool.fetch("SELECT numero FROM intervenant WHERE id::text = ANY($1)", address.split("/")[-2:])
    return {row["numero"] for row in numeros} == {"100", "200"}
