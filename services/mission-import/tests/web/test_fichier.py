"""Import of a file of closings through the API, on a real database: dry run, confirmation, rights, history."""

import asyncio
import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from chassis.cloudevents import Cause, Event
from chassis.database import is_transient
from event_schemas import uai

SESSION, LYON, AUTRE, LILLE = "2020-E3C1", "0699001J", "0699002K", "0599001N"
DEPOT = "/api/imports/fichier"
ENTETE = "session;uai;revision;academie;nom;commune;voie;code;libelle;type;candidats_inscrits"


def jsonl(*states):
    return b"\n".join(one.to_bytes() for one in states)


async def give(world, octets, who="lyon"):
    headers = {"Authorization": f"Bearer {world.tokens[who]}"}
    return await world.client.post(DEPOT, content=octets, headers=headers)


async def confirm(world, essai, who="lyon"):
    return await world.ask(who, "POST", f"{DEPOT}/{essai['import_id']}/confirmation", {"lu": essai["lu"]})


async def imported(world, octets, who="lyon"):
    given = await give(world, octets, who)
    assert given.status_code == 201, given.text
    answer = await confirm(world, given.json(), who)
    assert answer.status_code == 200, answer.text
    return given.json(), answer.json()


async def test_the_dry_run_says_what_would_change_and_writes_nothing_of_it(world):
    await world.receive(world.closing(LYON, 1, HG=30, HLP=12))
    people = [world.convocation(1, "HLP"), world.convocation(2, "HLP"), world.convocation(3, "HG")]
    await world.receive(*people, group="convocation")
    before = await world.checksums()
    octets = jsonl(world.closing(LYON, 2, HG=28, SES=9), world.closing(AUTRE, 1, HG=5))
    given = await give(world, octets)
    assert given.status_code == 201
    essai = given.json()
    assert given.headers["location"] == f"{DEPOT}/{essai['import_id']}"
    assert essai["sha256"] == hashlib.sha256(octets).hexdigest()
    assert (essai["format"], essai["encodage"], essai["clotures"], essai["etat"]) == (
        *("JSON_LINES", "UTF-8"),
        *(2, "A_CONFIRMER"),
    )
    assert essai["missions"] == {"creees": 3, "modifiees": 2, "inchangees": 0, "sans_candidat": 1}
    assert essai["convoques_sans_candidat"] == 2
    natures = {row["code"]: (row["nature"], row["convoques"]) for row in essai["detail"][0]["differentiel"]}
    assert natures == {
        "SES": ("CREEE", 0),
        "HG": ("MODIFIEE", 1),
        "NUMERISATION": ("MODIFIEE", 0),
        "HLP": ("SANS_CANDIDAT", 2),
    }
    assert await world.checksums() == before
    assert (await world.ask("lyon", "GET", given.headers["location"])).json() == essai
    assert await world.pool.fetchval("SELECT count(*) FROM audit") == 0


async def test_a_confirmed_file_is_imported_as_an_event_is_and_leaves_its_history(world):
    octets = jsonl(world.closing(LYON, 1, HG=30))
    essai, done = await imported(world, octets)
    assert (done["resultat"], done["missions"]["creees"]) == ("importe", 2)
    assert await world.told() == ["mission-created"] * 2
    assert world.woken
    row = await world.pool.fetchrow("SELECT * FROM cloture_recue")
    assert (str(row["import_id"]), row["etat"]) == (essai["import_id"], "APPLIQUEE")
    causes = {one["causation_id"] for one in await world.pool.fetch("SELECT causation_id FROM outbox")}
    assert causes == {row["ce_id"]}
    [one] = (await world.ask("lyon", "GET", DEPOT)).json()["fichiers"]
    assert (one["sha256"], one["etat"], one["par"]) == (essai["sha256"], "IMPORTE", "gestionnaire.('10',)")
    assert (one["confirme_par"], one["bilan"]["missions"]["creees"]) == ("gestionnaire.('10',)", 2)
    [revision] = (await world.ask("lyon", "GET", f"/api/imports/{SESSION}/{LYON}")).json()["revisions"]
    assert (revision["fichier_sha256"], revision["fichier_par"]) == (essai["sha256"], "gestionnaire.('10',)")
    acts = (await world.ask("admin", "GET", "/api/imports/journal")).json()["actes"]
    assert {(act["action"], act["objet"], act["academie"]) for act in acts} == {
        ("imports.importer", f"import|{essai['import_id']}", "10"),
        ("imports.importer", f"cloture|{SESSION}|{LYON}|1", "10"),
    }
    [whole] = [act for act in acts if act["objet"].startswith("import|")]
    assert whole["apres"]["sha256"] == essai["sha256"]
    assert await world.pool.fetchval("SELECT octets IS NULL FROM import_fichier")


async def test_the_same_file_ten_times_changes_no_table_and_says_so(world):
    octets = jsonl(world.closing(LYON, 1, HG=30), world.closing(AUTRE, 1, HG=5))
    await imported(world, octets)
    before = await world.checksums()
    for _ in range(10):
        essai, done = await imported(world, octets)
        assert essai["resultat"] == done["resultat"] == "aucun-changement"
        assert "Rien n’a changé" in essai["phrase"]
        assert "Rien n’a changé" in done["phrase"]
        assert done["sorts"]["DEJA_RECUE"] == 2
    assert await world.checksums() == before
    assert len((await world.ask("lyon", "GET", DEPOT)).json()["fichiers"]) == 11


async def test_a_file_of_what_the_topic_brought_changes_nothing_and_the_topic_after_a_file_neither(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    before = await world.checksums()
    _, done = await imported(world, jsonl(world.closing(LYON, 1, HG=30)))
    assert done["resultat"] == "aucun-changement"
    await imported(world, jsonl(world.closing(AUTRE, 1, HG=30)))
    after = await world.checksums()
    assert after != before
    await world.receive(world.closing(AUTRE, 1, HG=30))
    assert await world.checksums() == after


async def test_an_older_revision_says_so_and_another_content_of_the_same_is_a_fault_of_its_line(world):
    await world.receive(world.closing(LYON, 2, HG=30))
    before = await world.checksums()
    essai, done = await imported(world, jsonl(world.closing(LYON, 1, HG=99)))
    assert (essai["sorts"]["DEPASSEE"], done["resultat"]) == (1, "aucun-changement")
    bad = await give(world, b"\n" + jsonl(world.closing(LYON, 2, HG=99)))
    assert bad.status_code == 422
    assert [(one["ligne"], one["colonne"]) for one in bad.json()["erreurs"]] == [(2, "revision")]
    assert await world.checksums() == before


async def test_a_closing_imported_wrong_is_corrected_by_the_next_revision_whose_effect_is_read_first(world):
    await imported(world, jsonl(world.closing(LYON, 1, HG=300)))
    refused = await give(world, jsonl(world.closing(LYON, 1, HG=30)))
    assert "seule une révision plus haute" in refused.json()["erreurs"][0]["phrase"]
    essai, done = await imported(world, jsonl(world.closing(LYON, 2, HG=30)))
    natures = {row["code"]: row["nature"] for row in essai["detail"][0]["differentiel"]}
    assert (natures["HG"], done["resultat"]) == ("MODIFIEE", "importe")
    assert await world.pool.fetchval("SELECT candidats FROM mission WHERE uai = $1 AND code = 'HG'", LYON) == 30
    acts = await world.pool.fetch("SELECT objet FROM audit WHERE objet LIKE 'cloture|%' ORDER BY id")
    assert [one["objet"].rpartition("|")[2] for one in acts] == ["1", "2"]


async def test_under_validation_the_files_closings_wait_and_only_the_latest_of_each(world):
    await world.validation()
    octets = jsonl(world.closing(LYON, 1, HG=30), world.closing(LYON, 2, HG=28), world.closing(AUTRE, 1, HG=5))
    essai, done = await imported(world, octets)
    assert (done["sorts"]["A_VALIDER"], done["sorts"]["REMPLACEE"]) == (2, 1)
    assert "attendent une décision" in done["phrase"]
    assert (await world.etats(), await world.etats(AUTRE)) == ({1: "REMPLACEE", 2: "A_VALIDER"}, {1: "A_VALIDER"})
    assert await world.told() == []
    assert (await world.decide(2)).status_code == 200
    assert (await world.etats())[2] == "APPLIQUEE"
    assert (await world.ask("lyon", "GET", f"{DEPOT}/{essai['import_id']}")).json()["etat"] == "IMPORTE"


async def test_one_bad_line_and_nothing_is_imported_nor_kept(world):
    good, bad = world.closing(LYON, 1, HG=30), world.closing(AUTRE, 1, HG=5).to_bytes().replace(b'"HG"', b'"hg"')
    before = await world.checksums()
    answer = await give(world, jsonl(good) + b"\n" + bad)
    assert answer.status_code == 422
    assert answer.json()["code"] == "fichier-fautif"
    assert answer.json()["total"] == 1
    assert answer.json()["erreurs"] == [
        {
            "ligne": 2,
            "colonne": "epreuves.1.code",
            "phrase": "Le code a des majuscules, des chiffres et des tirets, 32 au plus (HG, LVA-ANG).",
        }
    ]
    assert await world.checksums() == before
    assert await world.pool.fetchval("SELECT count(*) FROM import_fichier") == 0


async def test_what_was_read_is_what_is_confirmed_or_it_is_read_again(world):
    essai = (await give(world, jsonl(world.closing(LYON, 2, HG=28)))).json()
    await world.receive(world.closing(LYON, 1, HG=30))
    stale = await confirm(world, essai)
    assert (stale.status_code, stale.json()["code"]) == (409, "lecture-depassee")
    assert await world.etats() == {1: "APPLIQUEE"}
    again = (await world.ask("lyon", "GET", f"{DEPOT}/{essai['import_id']}")).json()
    assert again["missions"]["modifiees"] == 2
    assert (await confirm(world, again)).status_code == 200
    twice = await confirm(world, again)
    assert (twice.status_code, twice.json()["code"]) == (409, "import-deja-fait")
    assert await world.etats() == {1: "APPLIQUEE", 2: "APPLIQUEE"}


async def test_two_who_confirm_at_once_import_once(world):
    essai = (await give(world, jsonl(world.closing(LYON, 1, HG=28)))).json()
    answers = await asyncio.gather(*(confirm(world, essai, who) for who in ("lyon", "admin", "lyon")))
    assert sorted(one.status_code for one in answers) == [200, 409, 409]
    assert await world.told() == ["mission-created"] * 2


async def test_a_gestionnaire_imports_his_academie_alone_and_an_administrateur_all(world):
    both = jsonl(world.closing(LYON, 1, HG=30), world.closing(LILLE, 1, HG=5))
    for who, line in (("lyon", 2), ("lille", 1)):
        refused = await give(world, both, who)
        assert refused.status_code == 422
        assert [(one["ligne"], one["colonne"]) for one in refused.json()["erreurs"]] == [
            (line, "etablissement.academie")
        ]
    assert (await give(world, both, "chef")).status_code == 403
    essai = (await give(world, both, "admin")).json()
    assert essai["academies"] == ["09", "10"]
    for who, status in (("lyon", 404), ("lille", 404), ("chef", 403)):
        assert (await world.ask(who, "GET", f"{DEPOT}/{essai['import_id']}")).status_code == status
        assert (await confirm(world, essai, who)).status_code == status
    assert await world.told() == []
    assert (await confirm(world, essai, "admin")).status_code == 200
    assert len(await world.told()) == 4
    assert (await world.ask("lyon", "GET", DEPOT)).json()["fichiers"] == []
    assert (await world.ask("chef", "GET", DEPOT)).status_code == 403


async def test_a_file_does_not_take_an_etablissement_from_another_academie(world):
    caen = f"0149001{uai.letter('0149001')}"  # of a département that does not tell its académie
    await world.receive(world.closing(caen, 1, HG=30))
    before = await world.checksums()
    rows = [f"{SESSION};{place};2;09;LYCEE;VILLE;GENERALE;HG;Histoire;E3C;1" for place in (LILLE, caen, LYON)]
    answer = await give(world, "\n".join([ENTETE, *rows]).encode(), "lille")
    assert answer.status_code == 422
    assert [(one["ligne"], one["colonne"]) for one in answer.json()["erreurs"]] == [(4, "uai")]
    answer = await give(world, "\n".join([ENTETE, *rows[:2]]).encode(), "lille")
    assert [(one["ligne"], one["colonne"]) for one in answer.json()["erreurs"]] == [(3, "academie")]
    assert await world.checksums() == before


async def test_a_file_too_large_is_told_its_limit(world):
    answer = await give(world, b"{" + b" " * 7_500_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "fichier-trop-grand")
    assert "7,5 Mo" in answer.json()["detail"]


async def test_a_file_that_waits_is_kept_a_day_and_the_next_of_the_same_person_takes_its_place(world):
    first = (await give(world, jsonl(world.closing(LYON, 1, HG=30)))).json()
    second = (await give(world, jsonl(world.closing(LYON, 1, HG=31)))).json()
    assert (await confirm(world, first)).status_code == 404
    await world.pool.execute("UPDATE import_fichier SET le = le - $1::interval", timedelta(hours=25))
    late = await confirm(world, second)
    assert (late.status_code, late.json()["code"]) == (404, "import-inconnu")
    await give(world, jsonl(world.closing(LYON, 1, HG=32)), "admin")
    assert await world.pool.fetchval("SELECT count(*) FROM import_fichier") == 1
    assert await world.told() == []


@pytest.mark.parametrize("kind", ["csv", "windows-1252", "enveloped"])
async def test_each_kind_of_file_makes_the_same_missions(world, kind):
    row = f"{SESSION};{LYON};1;10;Lycée d’Été;VILLE;GENERALE;HG;Épreuve HG;E3C;30"
    octets = f"{ENTETE}\r\n{row}\r\n".encode("cp1252" if kind == "windows-1252" else "utf-8")
    if kind == "enveloped":
        state = world.closing(LYON, 1, HG=30)
        event = {"specversion": "1.0", "type": "fr.cyclades.inscriptions-closed.v1", "id": "ce-9", "source": "/c"}
        octets = json.dumps(event | {"data": json.loads(state.to_bytes())}).encode()
    await imported(world, octets)
    missions = await world.pool.fetch("SELECT code, libelle, candidats FROM mission ORDER BY code")
    assert [tuple(one) for one in missions] == [
        ("HG", "Épreuve HG", 30),
        ("NUMERISATION", "Numérisation de copies", 30),
    ]
    ce_id = await world.pool.fetchval("SELECT ce_id FROM cloture_recue")
    assert (ce_id == "ce-9") == (kind == "enveloped")


async def test_a_field_nobody_reads_that_jsonb_refuses_does_not_close_the_list(world):
    one = world.closing(LYON, 1, HG=30)
    reader = world.readers["mission-import.inscriptions"]
    raw = one.to_bytes()[:-1] + b',"inconnu":"\\u0000","nombre":1e999999}'
    record = SimpleNamespace(value=raw, headers=(), partition=0, offset=1)
    event = Event(one, "t", "ce-1", Cause("c"), one.aggregate, 1, one.hash, record)
    async with world.pool.acquire() as connection, connection.transaction():
        await reader.apply(connection, [event], frozenset())
    for path in ("/api/imports", f"/api/imports?q=lycee {LYON}", f"/api/imports/{SESSION}/{LYON}"):
        assert (await world.ask("lyon", "GET", path)).status_code == 200, path
    assert (await world.page("lyon", "/imports")).status_code == 200
    given = await give(world, raw)
    assert (given.status_code, given.json()["sorts"]["DEJA_RECUE"]) == (201, 1)


async def test_a_file_confirmed_while_the_topic_brings_the_same_closings_applies_each_once(world):
    closings = [world.closing(place, 1, HG=30) for place in (AUTRE, LYON)]
    for turn in range(5):
        octets = jsonl(*(one.model_copy(update={"revision": turn + 1}) for one in closings))
        essai = (await give(world, octets)).json()
        topic = world.receive(*(one.model_copy(update={"revision": turn + 1}) for one in closings))
        confirmed, received = await asyncio.gather(confirm(world, essai), topic, return_exceptions=True)
        assert confirmed.status_code in {200, 409, 503}
        assert received is None or is_transient(received), received  # it would be polled again
        assert await world.etats() == await world.etats(AUTRE) == dict.fromkeys(range(1, turn + 2), "APPLIQUEE")
    assert await world.told() == ["mission-created"] * 4
