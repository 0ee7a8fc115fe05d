"""« Annuaire des intervenants » without a browser: whom each role sees, and what a search finds."""

import re

import pytest

from convocation.affectation import reads as discipline
from convocation.annuaire import reads
from convocation.annuaire.commands import make_words_again

PERSON = {"civilite": "M.", "prenom": "Paul", "courriel": "p@ac-exemple.invalid", "uai": "0599001F"}


async def seen(world, api, **form):
    """Numbers of the people listed, in order."""
    answer = await world.browser(api).post("/intervenants", form)
    assert answer.status_code == 200
    return re.findall(r'<span class="fr-hint-text">([0-9]{3,})</span></th>', answer.text)


async def in_lille(world, numero="900", nom="LILLOIS"):
    people = {"intervenants": [PERSON | {"numero": numero, "nom": nom}]}
    assert (await world.gestionnaire_de_lille.put("/api/academies/09/intervenants", people)).status_code == 200


@pytest.mark.parametrize("name", ["chef", "delegue", "autre_chef", "intervenant", "notifier", "santorin"])
async def test_r54_only_the_rectorat_reads_the_directory(world, name):
    browser = world.browser(name)
    for answer in (await browser.get("/intervenants"), await browser.post("/intervenants")):
        assert answer.status_code == 403
        assert "LEFÈVRE" not in answer.text


async def test_r54_the_gestionnaire_sees_the_own_academie_and_the_administrateur_all(world):
    await in_lille(world)
    lyon = {"100", "101", "102", "103", "104", "105"}
    assert set(await seen(world, world.gestionnaire)) == lyon
    assert await seen(world, world.gestionnaire_de_lille) == ["900"]
    assert set(await seen(world, world.administrateur)) == lyon | {"900"}
    assert await seen(world, world.gestionnaire, nom="lillois") == []
    assert await seen(world, world.gestionnaire, uai="0599001F") == []


async def test_r35_a_name_is_found_without_accents_in_any_order_and_with_one_letter_wrong(world):
    gestionnaire = world.gestionnaire
    assert await seen(world, gestionnaire, nom="anne lefevre") == ["102"]
    assert await seen(world, gestionnaire, nom="lefevra") == ["102"]
    assert await seen(world, gestionnaire, nom="introuvable") == []
    assert await seen(world, gestionnaire, nom="jean tou") == ["101"], "the beginning of any word"
    assert await seen(world, gestionnaire, nom="euf") == [], "not the middle of one"


FOUND = [
    ("NʼDIAYE", "N'DIAYE"),
    ("NʼDIAYE", "ndiaye"),
    ("TEʻURAMA", "TE'URAMA"),
    ("TEʻURAMA", "teurama"),
    ("ŁUKASIEWICZ", "LUKAS"),
    ("ĐOÀN", "DOAN"),
    ("NGÔ ĐÌNH", "« ngo dinh »"),
    ("D’ALMEIDA", "DALMEIDA"),
    ("DALMEIDA", "d'almeida"),
    ("DE LA TOUR D’AUVERGNE", "delatour"),
    ("DE LA TOUR D’AUVERGNE", "latour"),
    ("DELATOUR", "de la tour"),
    ("ƏLIYEVA", "eliyeva"),
    ("ƁALDE", "balde"),
    ("IŞIK", "ışık"),
    ("GROẞ", "gross"),
    ("الخطيب", "الخط"),
]


@pytest.mark.parametrize(("nom", "typed"), FOUND)
async def test_r35_a_name_is_found_however_it_is_written_in_the_list_and_to_convoke(world, nom, typed):
    person = PERSON | {"numero": "900", "nom": nom, "uai": "0699001J"}
    await world.gestionnaire.put("/api/academies/10/intervenants", {"intervenants": [person]})
    assert "900" in await seen(world, world.gestionnaire, nom=typed)
    assert "900" in await seen(world, world.administrateur, nom=typed)
    answer = (await world.chef.get(f"/api/missions/{world.hg}/intervenants", nom=typed)).json()
    assert "900" in [one["numero"] for one in answer["intervenants"]]


async def test_r35_a_name_as_one_word_does_not_run_into_the_first_name(world):
    people = [PERSON | {"numero": "900", "nom": "QUINTARD", "prenom": "Anne", "uai": "0699001J"}]
    await world.gestionnaire.put("/api/academies/10/intervenants", {"intervenants": people})
    assert await seen(world, world.gestionnaire, nom="quintard anne") == ["900"]
    assert await seen(world, world.gestionnaire, nom="quintardanne") == []


async def test_whom_a_process_of_the_previous_release_wrote_is_found_by_the_present_rule_soon(world):
    pool = world.pool
    await pool.execute("UPDATE intervenant SET nom = 'DE ŁOŚ', version = version + 1 WHERE numero = '102'")
    await pool.execute("INSERT INTO intervenant_mot (academie, mot, numero) VALUES ('10', 'ŁOS', '102')")
    assert await seen(world, world.gestionnaire, nom="delos") == []
    assert await make_words_again(pool)
    assert not await make_words_again(pool), "a second look finds nobody"
    assert await seen(world, world.gestionnaire, nom="delos") == ["102"]
    row = await pool.fetchrow("SELECT cle, mots_version = version AS done FROM intervenant WHERE numero = '102'")
    assert (row["cle"], row["done"]) == ("DE LOS ANNE", True)
    mots = await pool.fetch("SELECT mot FROM intervenant_mot WHERE numero = '102' ORDER BY mot")
    assert [one["mot"] for one in mots] == ["ANNE", "DE", "DELOS", "LOS"]


async def test_every_way_of_writing_people_makes_their_words(world):
    assert await world.pool.fetchval("SELECT count(*) FROM intervenant WHERE mots_version <> version") == 0
    assert await _unlike_their_people(world) == 0


async def test_words_say_what_their_person_is_sorted_by_and_whether_she_is_active_whoever_writes(world):
    pool = world.pool
    await pool.execute("INSERT INTO intervenant_mot (academie, mot, numero) VALUES ('10', 'SURNOM', '102')")
    assert await _unlike_their_people(world) == 0
    await pool.execute("UPDATE intervenant SET actif = false, cle = 'AUTRE' WHERE numero = '102'")
    assert await _unlike_their_people(world) == 0
    found = (await world.chef.get(f"/api/missions/{world.hg}/intervenants", nom="surnom")).json()
    assert found["intervenants"] == []


async def _unlike_their_people(world):
    query = """SELECT count(*) FROM intervenant_mot m JOIN intervenant i USING (numero)
               WHERE (m.cle, m.actif) IS DISTINCT FROM (i.cle, i.actif)"""
    return await world.pool.fetchval(query)


async def test_names_are_searched_by_index(world):
    """What PostgreSQL plans for 20,000 people, in an académie and in the nation."""
    await world.pool.execute(
        """INSERT INTO intervenant
           SELECT 'x' || n, 'M.', 'N' || n, 'P', '', '0699001J', '{}', '{}', '10', true, 'N' || n
           FROM generate_series(1, 20000) n"""
    )
    await world.pool.execute(
        "INSERT INTO intervenant_mot (academie, mot, numero) SELECT academie, cle, numero FROM intervenant"
    )
    await world.analyze()
    for academies in (["10"], None):
        named, prefixes = reads.named(["N1234", "P"], 7, "academie = ANY($1)" if academies else "true")
        query = "EXPLAIN " + reads._LISTE.format(named=f"i.numero = ANY(ARRAY({named}))")
        plan = await world.pool.fetch(query, academies, None, None, None, 50, 0, *prefixes)
        text = "\n".join(one[0] for one in plan)
        assert "Seq Scan on" not in text, text
        near = reads._NEAR.format(place="academie = ANY($3)" if academies else "true")
        plan = await world.pool.fetch("EXPLAIN " + near, ["N12"], ["N123", "N124"], *([academies] if academies else []))
        text = "\n".join(one[0] for one in plan)
        assert "Seq Scan on" not in text, text
    named, prefixes = reads.named(["N1234", "P"], 2, "academie = $1 AND actif", columns="numero, cle")
    plan = await world.pool.fetch("EXPLAIN " + reads._BY_NAME.format(named=named, limit=20), "10", *prefixes)
    text = "\n".join(one[0] for one in plan)
    assert "Seq Scan on" not in text, text
    assert "intervenant_mot_nom" in text, text
    query = "EXPLAIN " + discipline._ELSEWHERE.format(named="true")
    plan = await world.pool.fetch(query, "0699001J", ["10|0424"], [], 20, "10")
    assert "intervenant_discipline" in "\n".join(one[0] for one in plan)
    plan = await world.pool.fetch(
        "EXPLAIN SELECT 1 FROM intervenant WHERE mots_version <> version ORDER BY numero LIMIT 9"
    )
    assert "intervenant_mots_a_refaire" in "\n".join(one[0] for one in plan)


async def test_the_list_is_restricted_by_etablissement_discipline_and_state(world):
    gone = {"numero": "105", "civilite": "Mme", "nom": "DUPONT", "prenom": "Inès", "courriel": "i@ac-exemple.invalid"}
    gone |= {"uai": "0699002K", "actif": False}
    await world.gestionnaire.put("/api/academies/10/intervenants", {"intervenants": [gone]})
    gestionnaire = world.gestionnaire
    assert set(await seen(world, gestionnaire, uai="0699002k")) == {"104", "105"}
    assert "104" in await seen(world, gestionnaire, uai="0699001J")
    assert await seen(world, gestionnaire, discipline="0202") == ["102"]
    assert await seen(world, gestionnaire, etat="inactifs") == ["105"]
    assert "105" not in await seen(world, gestionnaire, etat="actifs")


async def test_a_search_that_forgives_a_letter_has_all_its_pages(world):
    people = [PERSON | {"numero": f"{number}", "nom": "KOWALSKI"} for number in range(1000, 1060)]
    await world.gestionnaire_de_lille.put("/api/academies/09/intervenants", {"intervenants": people})
    found = [await seen(world, world.gestionnaire_de_lille, nom="kowalsky", page=page) for page in ("1", "2", "3")]
    assert [len(one) for one in found] == [50, 10, 0]
    assert await seen(world, world.gestionnaire_de_lille, nom="kowalski", page="3") == []


async def test_the_list_has_pages_of_fifty_and_a_page_keeps_the_search(world):
    people = [PERSON | {"numero": f"{number}", "nom": "NOMBREUX"} for number in range(1000, 1060)]
    await world.gestionnaire_de_lille.put("/api/academies/09/intervenants", {"intervenants": people})
    first = await seen(world, world.gestionnaire_de_lille, nom="nombreux")
    second = await seen(world, world.gestionnaire_de_lille, nom="nombreux", page="2")
    assert (len(first), len(second)) == (50, 10)
    assert not set(first) & set(second)
