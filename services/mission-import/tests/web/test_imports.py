"""The review of imports through the API."""

import pytest

SESSION, LYON, AUTRE, LILLE = "2020-E3C1", "0699001J", "0699002K", "0599001N"
REVUE = f"/api/imports/{SESSION}/{LYON}"


async def test_without_a_policy_a_closing_applies_at_once_and_keeps_its_numbers(world):
    await world.receive(world.closing(LYON, 1, HG=30, HLP=12))
    assert await world.told() == ["mission-created"] * 3
    found = (await world.ask("lyon", "GET", "/api/imports")).json()
    [one] = found["imports"]
    assert (found["total"], one["etat"], one["etablissement"]) == (1, "APPLIQUEE", f"LYCEE {LYON}")
    assert one["bilan"] == {"creees": 3, "modifiees": 0, "inchangees": 0, "sans_candidat": 0}
    assert one["recue_le"][-6:] in {"+01:00", "+02:00"}


async def test_a_closing_of_an_academie_that_decides_waits_and_a_newer_one_replaces_it(world):
    await world.validation()
    await world.receive(world.closing(LYON, 1, HG=30), world.closing(LILLE, 1, HG=10))
    assert (await world.etats(), await world.etats(LILLE)) == ({1: "A_VALIDER"}, {1: "APPLIQUEE"})
    assert len(await world.told()) == 2  # Lille's
    await world.receive(world.closing(LYON, 2, HG=28), world.closing(LYON, 3, HG=27))
    assert await world.etats() == {1: "REMPLACEE", 2: "REMPLACEE", 3: "A_VALIDER"}
    stale = await world.decide(1)
    assert (stale.status_code, stale.json()["revision"]) == (409, 3)
    assert (await world.decide(3)).status_code == 200
    assert await world.etats() == {1: "REMPLACEE", 2: "REMPLACEE", 3: "APPLIQUEE"}
    assert await world.pool.fetchval("SELECT candidats FROM mission WHERE uai = $1 AND code = 'HG'", LYON) == 27
    assert await world.pool.fetchval("SELECT revision_appliquee FROM cloture WHERE uai = $1", LYON) == 3
    causes = {row["causation_id"] for row in await world.pool.fetch("SELECT causation_id FROM outbox WHERE key <> ''")}
    assert "ce-3" in causes
    assert world.woken


async def test_a_refusal_needs_its_reason_and_leaves_the_missions(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    await world.validation()
    await world.receive(world.closing(LYON, 2, HG=1))
    before = await world.pool.fetch("SELECT * FROM mission ORDER BY mission_id")
    assert (await world.decide(2, "REFUSER", " ")).status_code == 422
    assert (await world.decide(2, "REFUSER", "Nombre invraisemblable")).status_code == 200
    assert (await world.etats())[2] == "REFUSEE"
    assert await world.pool.fetch("SELECT * FROM mission ORDER BY mission_id") == before
    assert (await world.decide(2)).status_code == 409
    acts = (await world.ask("admin", "GET", "/api/imports/journal")).json()["actes"]
    assert [(act["action"], act["motif"]) for act in acts] == [
        ("imports.decider", "Nombre invraisemblable"),
        ("imports.politique", ""),
    ]
    assert acts[0]["objet"] == f"cloture|{SESSION}|{LYON}|2"


async def test_all_that_waits_is_accepted_at_once_as_it_was_seen_or_not_at_all(world):
    await world.validation()
    await world.receive(world.closing(LYON, 1, HG=30), world.closing(AUTRE, 1, HG=20))
    body = {"academie": "10", "session": SESSION, "revisions": {LYON: 1}}
    assert (await world.ask("lyon", "POST", "/api/imports/acceptation", body)).status_code == 409
    assert await world.told() == []
    body["revisions"][AUTRE] = 1
    answer = await world.ask("lyon", "POST", "/api/imports/acceptation", body)
    assert (answer.status_code, answer.json()) == (200, {"acceptees": 2})
    assert (await world.etats(), await world.etats(AUTRE)) == ({1: "APPLIQUEE"}, {1: "APPLIQUEE"})
    assert len(await world.told()) == 4
    assert await world.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'imports.decider'") == 2


async def test_a_changed_closing_tells_the_people_convoked_on_the_mission_it_withdraws(world):
    await world.receive(world.closing(LYON, 1, HG=30, HLP=12))
    people = [world.convocation(1, "HLP"), world.convocation(2, "HLP"), world.convocation(3, "HG")]
    await world.receive(*people, group="convocation")
    await world.receive(world.convocation(2, "HLP", version=2, status="CANCELLED"), group="convocation")
    await world.validation()
    await world.receive(world.closing(LYON, 2, HG=28))
    read = (await world.ask("lyon", "GET", REVUE)).json()
    natures = {row["code"]: (row["nature"], row["convoques"]) for row in read["differentiel"]}
    assert natures == {"HG": ("MODIFIEE", 1), "HLP": ("SANS_CANDIDAT", 1), "NUMERISATION": ("MODIFIEE", 0)}
    [hg] = [row for row in read["differentiel"] if row["code"] == "HG"]
    assert hg["changements"] == [{"champ": "candidats", "avant": 30, "apres": 28}]
    assert [(one["revision"], one["etat"], one["ce_id"]) for one in read["revisions"]] == [
        (2, "A_VALIDER", "ce-2"),
        (1, "APPLIQUEE", "ce-1"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "lille"),
    [
        ("GET", REVUE, None, 404),
        ("POST", f"{REVUE}/decision", {"revision": 1, "decision": "ACCEPTER"}, 404),
        ("POST", f"{REVUE}/rejeu", {"revision": 1}, 404),
        ("POST", "/api/imports/acceptation", {"academie": "10", "session": SESSION, "revisions": {LYON: 1}}, 404),
        ("GET", "/api/academies/10/politique-import", None, 404),
        ("PUT", "/api/academies/10/politique-import", {"mode": "AUTOMATIQUE"}, 404),
        ("GET", "/api/imports/journal", None, 403),
    ],
)
async def test_lille_and_a_chef_neither_read_nor_decide_of_lyon(world, method, path, body, lille):
    await world.validation()
    await world.receive(world.closing(LYON, 1, HG=30))
    before = await world.checksums()
    assert [(await world.ask(who, method, path, body)).status_code for who in ("lille", "chef")] == [lille, 403]
    assert (await world.ask("lille", "GET", "/api/imports")).json()["imports"] == []
    assert (await world.ask("chef", "GET", "/api/imports")).status_code == 403
    assert await world.checksums() == before
    assert (await world.ask("admin", method, path, body)).status_code in {200, 409}


async def test_the_same_closing_ten_times_received_or_replayed_changes_no_table(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    await world.receive(world.closing(LYON, 2, HG=28))
    before = await world.checksums()
    for _ in range(10):
        await world.receive(world.closing(LYON, 2, HG=28))
        answer = await world.ask("lyon", "POST", f"{REVUE}/rejeu", {"revision": 2})
        assert answer.json() == {"resultat": "aucun-changement"}
    older = await world.ask("lyon", "POST", f"{REVUE}/rejeu", {"revision": 1})
    assert older.json() == {"resultat": "depassee"}
    assert await world.checksums() == before
    assert await world.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'imports.decider'") == 11


async def test_the_list_is_filtered_by_state_session_and_text(world):
    await world.receive(world.closing(LYON, 1, HG=30), world.closing(AUTRE, 1, HG=20))
    for query, total in (("etat=APPLIQUEE", 2), ("etat=REFUSEE", 0), ("session=2021-E3C1", 0), (f"q=lycee {AUTRE}", 1)):
        assert (await world.ask("lyon", "GET", f"/api/imports?{query}")).json()["total"] == total, query


async def test_an_etablissement_that_moved_is_decided_by_its_new_academie_with_the_missions_it_has(world):
    await world.receive(world.closing(LYON, 1, HG=30, HLP=12))
    await world.pool.execute("UPDATE mission SET academie = '09' WHERE uai = $1", LYON)
    await world.pool.execute("UPDATE cloture SET academie = '09' WHERE uai = $1", LYON)
    await world.pool.execute("UPDATE cloture_recue SET academie = '09' WHERE uai = $1", LYON)
    await world.validation()
    await world.receive(world.closing(LYON, 2, HG=28))
    review = (await world.ask("lyon", "GET", REVUE)).json()
    assert [one["revision"] for one in review["revisions"]] == [2, 1]
    assert {one["code"]: one["nature"] for one in review["differentiel"]}["HLP"] == "SANS_CANDIDAT"
    assert (await world.decide(2)).status_code == 200
    rows = await world.pool.fetch("SELECT code, academie, candidats FROM mission WHERE uai = $1", LYON)
    assert {(row["code"], row["academie"], row["candidats"]) for row in rows} == {
        ("HG", "10", 28),
        ("HLP", "09", 0),
        ("NUMERISATION", "10", 28),
    }
