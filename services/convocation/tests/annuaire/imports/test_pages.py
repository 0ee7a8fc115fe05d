"""« Importer un annuaire »: who may, what the page and the API say."""

from datetime import UTC, datetime

import pytest

from convocation.annuaire.imports import commands as import_annuaire
from testkit.actes import actes

ENTETE = "numero,civilite,nom,prenom,courriel,uai,uais_secondaires,disciplines,actif"
GOOD = f"{ENTETE}\n900,Mme,EXEMPLE,Camille,c@ac-exemple.invalid,0699001J,,1000|0202,oui\n"
BAD = GOOD + "901,Mme,=EXEMPLE,Camille,c@ac-exemple.invalid,0699001J,,1000,oui\n"
REFUSED = ("chef", "delegue", "gestionnaire_de_lille", "administrateur", "intervenant", "notifier", "santorin")


async def send(world, name, text, *, essai="false"):
    headers = getattr(world, name)._headers | {"Content-Type": "text/csv"}
    url = f"/api/academies/10/annuaire?essai={essai}"
    return await world.client.post(url, content=text.encode(), headers=headers)


async def give(world, name, text):
    files = {"fichier": ("annuaire.csv", text.encode(), "text/csv")}
    return await world.browser(name).post("/intervenants/import", {"academie": "10"}, files)


async def work(world):
    assert await import_annuaire.work_at_import(world.pool, lambda: datetime.now(UTC))


async def people(world):
    return await world.pool.fetchval("SELECT count(*) FROM intervenant WHERE numero LIKE '90%'")


async def test_r36_a_file_is_checked_then_imported_and_its_bytes_are_forgotten(world):
    given = await give(world, "gestionnaire", GOOD)
    assert given.status_code == 303
    address, gestionnaire = given.headers["location"], world.browser("gestionnaire")
    waiting = await gestionnaire.get(address)
    assert "Vérification en cours" in waiting.text
    assert 'hx-trigger="every 1s"' in waiting.text
    assert 'http-equiv="refresh"' in waiting.text
    assert (await gestionnaire.post(address)).status_code == 409
    await work(world)
    checked = await gestionnaire.get(address)
    assert "À créer" in checked.text
    assert "every 1s" not in checked.text
    assert await people(world) == 0
    assert (await gestionnaire.post(address)).status_code == 303
    await work(world)
    assert "l’annuaire est à jour" in (await gestionnaire.get(address)).text
    assert await people(world) == 1
    assert await world.pool.fetchval("SELECT octets IS NULL FROM import_annuaire")
    assert (await gestionnaire.post(address)).status_code == 409


async def test_errors_are_told_by_line_and_nothing_is_written(world):
    address = (await give(world, "gestionnaire", BAD)).headers["location"]
    await work(world)
    page = await world.browser("gestionnaire").get(address)
    assert '<th scope="row" class="im-nombre">3</th>' in page.text
    assert "commence comme une formule" in page.text
    assert "=EXEMPLE" not in page.text
    assert (await world.browser("gestionnaire").post(address)).status_code == 409
    assert await people(world) == 0


async def test_a_form_without_a_file_says_so(world):
    answer = await give(world, "gestionnaire", "")
    assert (answer.status_code, "Choisissez le fichier de l’annuaire" in answer.text) == (422, True)


@pytest.mark.parametrize("name", REFUSED)
async def test_r54_nobody_but_the_academies_gestionnaire_imports_or_sees_an_import(world, name):
    api = getattr(world, name)
    expected = 404 if name == "gestionnaire_de_lille" else 403
    assert (await send(world, name, GOOD)).status_code == expected
    assert (await give(world, name, GOOD)).status_code == expected
    state = (await send(world, "gestionnaire", GOOD, essai="true")).json()
    assert (await api.get(state["adresse"])).status_code == expected
    page = f"/intervenants/import/{state['import_id']}"
    looks = name == "administrateur"  # and decides nothing
    seen = await world.browser(api).get(page)
    assert (seen.status_code, "Importer</button>" in seen.text) == (200 if looks else expected, False)
    assert (await world.browser(api).post(page)).status_code == expected
    other = state["adresse"].replace("/10/", "/09/")
    assert (await api.get(other)).status_code == expected
    assert await people(world) == 0


async def test_the_api_answers_202_with_the_address_of_the_state(world):
    answer = await send(world, "gestionnaire", GOOD)
    assert (answer.status_code, answer.headers["location"]) == (202, answer.json()["adresse"])
    await work(world)
    state = (await world.gestionnaire.get(answer.json()["adresse"])).json()
    assert state["etat"] == "TERMINE"
    assert state["bilan"] == {"creees": 1, "modifiees": 0, "inchangees": 0, "erreurs": 0, "remarques": 0}
    acts = await actes(world.pool, "intervenants.importer")
    assert [one.objet for one in acts] == ["intervenant|900", f"import|{answer.json()['import_id']}"]


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        (GOOD.encode("utf-16"), (1, "")),
        (GOOD.encode("utf-16-le"), (1, "")),
        (GOOD.replace("actif", "actif,inconnue").encode(), (1, "inconnue")),
        (GOOD.replace(",actif", "").encode(), (1, "actif")),
        (ENTETE.encode(), (1, "")),
        (b"", (1, "numero")),
    ],
)
async def test_a_file_that_cannot_be_read_is_named_and_never_guessed(world, octets, fault):
    headers = world.gestionnaire._headers | {"Content-Type": "text/csv"}
    given = await world.client.post("/api/academies/10/annuaire", content=octets, headers=headers)
    await work(world)
    state = (await world.gestionnaire.get(given.json()["adresse"])).json()
    first = state["erreurs"][0]
    assert (state["etat"], (first["ligne"], first["colonne"])) == ("EN_ERREUR", fault)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
async def test_a_bom_and_each_separator_are_read(world, separator):
    octets = b"\xef\xbb\xbf" + GOOD.replace(",", separator).encode()
    headers = world.gestionnaire._headers | {"Content-Type": "text/csv"}
    await world.client.post("/api/academies/10/annuaire", content=octets, headers=headers)
    await work(world)
    assert await people(world) == 1


async def test_a_file_nobody_imported_within_a_day_is_forgotten(world):
    address = (await give(world, "gestionnaire", GOOD)).headers["location"]
    await work(world)
    await world.pool.execute("UPDATE import_annuaire SET le = le - interval '25 hours'")
    await import_annuaire.forget_imports(world.pool, datetime.now(UTC))
    assert "effacé" in (await world.browser("gestionnaire").get(address)).text
    assert await world.pool.fetchval("SELECT octets IS NULL FROM import_annuaire")


def csv(*rows, header=ENTETE, separator=";"):
    return "\r\n".join([header, *rows, ""]).replace(",", separator)


ONE = "900,Mme,EXEMPLE,Zoé,c@ac-exemple.invalid,0699001J,,1000|0202,oui"


async def checked(world, text, encoding="utf-8", *, essai="true"):
    """The state of a file that was given, once the service has worked at it."""
    headers = world.gestionnaire._headers | {"Content-Type": "text/csv"}
    url = f"/api/academies/10/annuaire?essai={essai}"
    given = await world.client.post(url, content=text.encode(encoding), headers=headers)
    await work(world)
    return (await world.gestionnaire.get(given.json()["adresse"])).json()


def told(state, kind="remarques"):
    return [(one["ligne"], one["colonne"]) for one in state[kind]]


AS_EXCEL_WRITES = {
    "empty rows and columns": csv(f"{ONE},,", ",,,,,,,,,,", header=f"{ENTETE},,"),
    "the separator told first": "sep=;\r\n" + csv(ONE),
    "accents and capitals in the header": csv(
        ONE, header="Numéro,Civilité,NOM,Prénom,Courriel,UAI,UAIs secondaires,Disciplines,Actif"
    ),
    "a header with letters nobody sees": csv(ONE, header="\u200b" + ENTETE.replace("nom", "no\u00adm", 1)),
    "MME and VRAI": csv(ONE.replace("Mme", "MME").replace("oui", "VRAI")),
    "a lower-case UAI": csv(ONE.replace("J", "j")),
    "a line break in a cell": csv(ONE.replace("1000|0202", '"1000\n0202"')),
}


@pytest.mark.parametrize("text", AS_EXCEL_WRITES.values(), ids=AS_EXCEL_WRITES)
async def test_a_file_is_read_as_excel_means_it(world, text):
    state = await checked(world, text, essai="false")
    assert (state["etat"], state["erreurs"]) == ("TERMINE", [])
    row = await world.pool.fetchrow(
        "SELECT civilite, nom, prenom, uai, disciplines FROM intervenant WHERE numero = '900'"
    )
    assert tuple(row.values()) == ("Mme", "EXEMPLE", "Zoé", "0699001J", ["1000", "0202"])


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
async def test_each_encoding_of_excel_is_recognised_and_a_file_that_may_be_two_is_refused(world, encoding):
    people = csv(ONE, ONE.replace("900,", "901,").replace("Zoé", "Hélène").replace("c@", "d@"))
    assert (await checked(world, people, encoding, essai="false"))["etat"] == "TERMINE"
    names = await world.pool.fetch("SELECT prenom FROM intervenant WHERE numero LIKE '90_' ORDER BY numero")
    assert [one["prenom"] for one in names] == ["Zoé", "Hélène"]
    unsure = await checked(world, csv(ONE.replace("Zoé", "Ô")), "cp1252")
    assert "CSV UTF-8" in unsure["erreurs"][0]["phrase"]


@pytest.mark.parametrize("letter", ["\u200b", "\u00ad", "\u2060"])
async def test_a_letter_nobody_sees_in_a_name_is_taken_away_and_told_by_name(world, letter):
    state = await checked(world, csv(ONE.replace("EXEMPLE", f"EXEM{letter}PLE")), essai="false")
    assert told(state) == [(2, "nom")]
    assert f"U+{ord(letter):04X} (" in state["remarques"][0]["phrase"]
    assert await world.pool.fetchval("SELECT nom FROM intervenant WHERE numero = '900'") == "EXEMPLE"


async def test_a_value_without_a_name_of_its_column_is_named_by_the_columns_letter(world):
    state = await checked(world, csv(f"{ONE},,x", header=f"{ENTETE},,"))
    assert told(state, "erreurs") == [(2, "colonne K")]


async def test_a_discipline_without_its_zero_is_told_so(world):
    state = await checked(world, csv(ONE.replace("1000|0202", "202")))
    assert told(state, "erreurs") == [(2, "disciplines")]
    assert "a perdu son 0" in state["erreurs"][0]["phrase"]


async def test_what_may_be_wrong_is_told_before_it_is_imported_and_stops_nothing(world):
    await checked(world, csv(f"0{ONE}"), essai="false")
    twin, martin = ONE, ONE.replace("900,", "Martin,").replace("EXEMPLE", "汉").replace("c@", "m@")
    state = await checked(world, csv(twin, martin, martin.replace("Martin", "903"), ONE.replace("900,", "904,")))
    assert state["etat"] == "VERIFIE"
    assert told(state) == [(2, ""), (2, "numero"), (3, "numero"), (3, "nom"), (4, "nom"), (4, ""), (5, "")]
    page = await world.browser("gestionnaire").get(f"/intervenants/import/{state['import_id']}")
    assert "À regarder avant d’importer" in page.text
    assert "deux fiches et deux accès" in page.text
    again = await checked(world, csv(f"0{ONE}"))
    assert (again["bilan"]["inchangees"], again["remarques"]) == (1, []), "who is known is no twin of herself"
