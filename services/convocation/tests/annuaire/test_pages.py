"""A person of the directory, without a browser: rights, refusals, and that nothing typed is lost."""

import html
import re
from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest

from acces.acteur import Role
from convocation.annuaire.imports import commands as import_annuaire

LYON, AUTRE_LYON = "0699001J", "0699002K"
ASKED = {"uai": LYON, "cle": "k", "nom": "NOUVELLE", "prenom": "Ève", "precisions": "philosophie"}
EVE = {
    "action": "enregistrer",
    "academie": "10",
    "numero": "500",
    "civilite": "Mme",
    "nom": "NOUVELLE",
    "prenom": "Ève",
    "courriel": "eve@ac-exemple.invalid",
    "uai": LYON,
    "uais_secondaires": AUTRE_LYON.lower(),
    "disciplines": ["0100", "0202"],
    "profils": ["professeur de lettres"],
    "stagiaire": "oui",
    "debut": ["2030-03-05", ""],
    "fin": ["2030-03-06", ""],
}
ANNE = {"action": "enregistrer", "version": "1", "civilite": "Mme", "nom": "LEFÈVRE", "prenom": "Anna", "uai": LYON}
ANNE |= {"courriel": "102@ac-exemple.invalid", "disciplines": ["0202"]}
CONTACT = {"nom": "Bureau DEC", "courriel": "dec@ac-exemple.invalid", "telephone": "04 00", "horaires": "9 h – 17 h"}


def told(answer):
    """The sentences of the summary of what is to be mended."""
    summary = answer.text.partition('id="resume-erreurs"')[2].partition("</ul>")[0]
    return [html.unescape(one) for one in re.findall(r"<li>(?:<a[^>]*>)?([^<]+)", summary)]


async def address(world, numero="102"):
    found = await world.pool.fetchval("SELECT id FROM intervenant WHERE numero = $1", numero)
    return f"/intervenants/{found}"


async def acts(world):
    return await world.pool.fetchval("SELECT count(*) FROM audit")


async def asked_for(world):
    assert (await world.browser("chef").post("/demandes", ASKED)).status_code == 303
    return await world.pool.fetchval("SELECT demande_id FROM demande")


@pytest.mark.parametrize(
    ("name", "reads", "writes"),
    [
        *(("gestionnaire", 200, 303), ("administrateur", 200, 403), ("gestionnaire_de_lille", 404, 404)),
        *((name, 403, 403) for name in ("chef", "delegue", "autre_chef", "intervenant", "notifier", "santorin")),
    ],
)
async def test_r54_who_reads_and_who_writes_a_person(world, name, reads, writes):
    acteur, one, before = world.browser(name), await address(world), await acts(world)
    page = await acteur.get(one)
    assert page.status_code == reads
    assert ("LEFÈVRE" in page.text) is (reads == 200)
    assert ('action="/intervenants/' in page.text) is (name == "gestionnaire")
    assert (await acteur.post(one, ANNE)).status_code == writes
    form = {"version": "2", "motif": "départ", "action": "desactiver"}
    assert (await acteur.post(f"{one}/activite", form)).status_code == writes
    assert (await acteur.get(f"{one}/activite")).status_code == (200 if writes == 303 else writes)
    create = 403 if name == "administrateur" else writes
    assert (await acteur.post("/intervenants/nouveau", EVE)).status_code == create
    assert await acts(world) == before + (3 if name == "gestionnaire" else 0)


async def test_somebody_is_created_with_everything_the_form_holds_and_no_name_or_number_is_in_an_address(world):
    answer = await world.browser("gestionnaire").post("/intervenants/nouveau", EVE)
    assert answer.headers["location"] == f"{await address(world, '500')}?fait=personne-creee"
    page = html.unescape((await world.browser("gestionnaire").get(await address(world, "500"))).text)
    for held in ('value="NOUVELLE"', f'value="{AUTRE_LYON}"', 'value="2030-03-05"', 'value="2030-03-06"'):
        assert held in page, held
    ticked = re.findall(r'name="(disciplines|profils|stagiaire)" value="([^"]+)" checked', page)
    assert set(ticked) == {
        *(("disciplines", "0100"), ("disciplines", "0202"), ("profils", "professeur de lettres"), ("stagiaire", "oui"))
    }


async def test_letters_that_nobody_sees_are_taken_out_of_what_is_typed_and_told_by_name(world):
    browser, typed = world.browser("gestionnaire"), EVE | {"nom": "NOU\u200bVELLE", "prenom": "È\u2060ve"}
    answer = await browser.post("/intervenants/nouveau", typed)
    assert answer.headers["location"].endswith("?fait=personne-creee&enleves=200B.2060")
    page = html.unescape((await browser.get(answer.headers["location"])).text)
    assert 'value="NOUVELLE"' in page
    assert "U+200B (espace sans chasse), U+2060 (gluon de mots)" in page
    refused = await browser.post("/intervenants/nouveau", typed | {"uai": "x"})
    assert "U+200B (espace sans chasse)" in refused.text
    assert "Ce que personne ne voit" not in (await browser.post("/intervenants/nouveau", EVE | {"uai": "x"})).text


async def test_a_name_that_no_font_can_print_is_warned_of_on_the_persons_page_and_no_other(world):
    gestionnaire, one = world.browser("gestionnaire"), await address(world)
    for nom, prenom, lost in (("汉字", "Tiểu Minh", "汉 字"), ("TRƯƠNG", "سميرة", None), ("Ｌｉ", "ﬁ", None)):
        form = ANNE | {"nom": nom, "prenom": prenom}
        version = await world.pool.fetchval("SELECT version FROM intervenant WHERE numero = '102'")
        assert (await gestionnaire.post(one, form | {"version": str(version)})).status_code == 303
        page = html.unescape((await gestionnaire.get(one)).text)
        assert ("ne s’imprime pas en entier" in page) is (lost is not None)
        assert lost is None or f"ces lettres manqueront : {lost}." in page


async def test_a_new_person_who_may_be_somebody_is_asked_about_before_she_is_saved(world):
    gestionnaire, before = world.browser("gestionnaire"), await acts(world)
    assert (await gestionnaire.post("/intervenants/nouveau", EVE)).status_code == 303
    twin = EVE | {"numero": "501", "nom": "Nouvelle", "courriel": "EVE@ac-exemple.invalid"}
    asked = await gestionnaire.post("/intervenants/nouveau", twin)
    assert (asked.status_code, "peut-être déjà dans l’annuaire" in asked.text) == (409, True)
    assert await address(world, "500") in asked.text
    assert await acts(world) == before + 1
    [read] = re.findall(r'name="jumelle" value="([^"]+)"', asked.text)
    assert (await gestionnaire.post("/intervenants/nouveau", twin | {"jumelle": read})).status_code == 303
    for other in ({"courriel": "autre@ac-exemple.invalid"}, {"prenom": "Eva"}, {"uai": AUTRE_LYON}):
        form = EVE | {"numero": f"6{len(other)}{next(iter(other))}"} | other
        assert (await gestionnaire.post("/intervenants/nouveau", form)).status_code == 303


WRONG = [
    ({"numero": ""}, "numero"),
    ({"numero": "102"}, "déjà celui d’une personne"),
    ({"nom": ""}, "Renseignez le nom"),
    ({"prenom": ""}, "Renseignez le prénom"),
    ({"courriel": "eve"}, "Renseignez le courriel"),
    ({"courriel": "ève@ac-exemple.invalid"}, "il faut une adresse sans accent"),
    ({"courriel": "mailto:eve@ac-exemple.invalid"}, "Écrivez l’adresse seule"),
    ({"courriel": "eve@ac-exemple.invalid."}, "L’adresse finit par un point"),
    ({"uai": "0699001K"}, "Renseignez l’UAI"),
    ({"uais_secondaires": f"{AUTRE_LYON} x"}, "Séparez les UAI"),
    ({"disciplines": ["9999"]}, "Discipline inconnue"),
    ({"civilite": ""}, "Choisissez la civilité"),
    ({"debut": ["2030-03-06"], "fin": ["2030-03-05"]}, "dans l’ordre"),
    ({"debut": ["2030-03-06"], "fin": [""]}, "dans l’ordre"),
    ({"debut": ["2030-03-06"] * 2, "fin": ["2030-03-06"] * 2}, "même jour"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
async def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(world, wrong, sentence):
    before = await acts(world)
    answer = await world.browser("gestionnaire").post("/intervenants/nouveau", EVE | wrong)
    assert answer.status_code == (409 if "déjà" in sentence else 422)
    [only] = told(answer)
    assert sentence in only or sentence in answer.text
    anchor = re.search(r'id="resume-erreurs".*?href="#([^"]+)"', answer.text, re.DOTALL)
    assert f'id="{anchor[1]}"' in answer.text, "the link leads to a field"
    assert 'value="professeur de lettres" checked' in answer.text
    assert await acts(world) == before


async def test_an_etablissement_of_another_academie_is_refused_at_its_field(world):
    await world.pool.execute("UPDATE mission SET academie = '09' WHERE uai = $1", AUTRE_LYON)
    answer = await world.browser("gestionnaire").post("/intervenants/nouveau", EVE)
    assert answer.status_code == 422
    assert 'href="#uais_secondaires"' in answer.text


async def test_adding_a_period_keeps_everything_and_writes_nothing(world):
    before = await acts(world)
    for path, form in (
        ("/intervenants/nouveau", EVE),
        (await address(world), ANNE | {"debut": "2030-03-05", "fin": ""}),
    ):
        answer = await world.browser("gestionnaire").post(path, form | {"action": "ajouter"})
        assert answer.status_code == 200
        assert answer.text.count('name="debut"') == 2
        assert re.search(r'id="debut-2"[^>]*autofocus', answer.text)
        assert f'value="{form["prenom"]}"' in answer.text
    assert await acts(world) == before


async def test_in_two_tabs_the_second_is_told_sees_what_is_recorded_and_may_write_over_it(world):
    gestionnaire, one = world.browser("gestionnaire"), await address(world)
    assert (await gestionnaire.post(one, ANNE | {"prenom": "Première"})).status_code == 303
    answer = await gestionnaire.post(one, ANNE | {"prenom": "Seconde", "debut": "2030-03-05", "fin": "2030-03-06"})
    assert answer.status_code == 412
    assert "LEFÈVRE Première" in answer.text
    for typed in ('value="Seconde"', 'value="2030-03-05"', 'name="version" value="2"', "Enregistrer par-dessus"):
        assert typed in answer.text, typed
    assert (await gestionnaire.post(one, ANNE | {"prenom": "Seconde", "version": "2"})).status_code == 303
    held = await world.pool.fetchrow("SELECT prenom, version FROM intervenant WHERE numero = '102'")
    assert tuple(held) == ("Seconde", 3)


async def test_deactivating_asks_why_and_for_the_version_read_and_keeps_what_was_typed(open_world):
    gestionnaire, one = open_world.browser("gestionnaire"), await address(open_world)
    await open_world.chef.convoque(open_world.hlp, "102")
    assert "1 convocation en cours reste" in (await gestionnaire.get(f"{one}/activite")).text
    form = {"version": "1", "motif": "", "action": "desactiver"}
    assert (await gestionnaire.post(f"{one}/activite", form)).status_code == 422
    stale = await gestionnaire.post(f"{one}/activite", form | {"version": "7", "motif": "parti en retraite"})
    assert stale.status_code == 412
    assert "parti en retraite" in stale.text
    assert (await gestionnaire.post(f"{one}/activite", form | {"motif": "retraite"})).status_code == 303
    assert (await open_world.chef.convoque(open_world.hg, "102")).json()["code"] == "intervenant-inactif"
    back = {"version": "2", "motif": "retour", "action": "reactiver"}
    assert (await gestionnaire.post(f"{one}/activite", back)).status_code == 303
    assert (await open_world.chef.convoque(open_world.hg, "102")).status_code == 201


async def test_r36_the_demande_fills_the_form_is_answered_by_it_and_the_etablissement_reads_it(world):
    asked = await asked_for(world)
    gestionnaire, path = world.browser("gestionnaire"), f"/intervenants/nouveau?demande={asked}"
    assert f'href="{path}"' in (await gestionnaire.get("/demandes")).text
    page = (await gestionnaire.get(path)).text
    for filled in ('value="NOUVELLE"', 'value="Ève"', f'value="{LYON}"', "philosophie"):
        assert filled in page, filled
    refused = await gestionnaire.post(path, EVE | {"courriel": ""})
    assert refused.status_code == 422
    assert f'action="{path}"' in refused.text, "the demande is still what is answered"
    done = await gestionnaire.post(path, EVE)
    assert (done.status_code, done.headers["location"]) == (303, "/demandes?fait=demande-creee")
    mine = (await world.browser("chef").get("/demandes")).text
    assert "Personne créée" in mine
    assert "En attente" not in mine
    assert (await gestionnaire.get(path)).status_code == 409
    late = await gestionnaire.post(path, EVE | {"numero": "501"})
    assert (late.status_code, told(late)) == (409, ["Cette demande a déjà reçu une réponse."])
    assert await world.pool.fetchval("SELECT count(*) FROM intervenant WHERE numero = '501'") == 0


async def test_r35_the_form_of_a_demande_lists_who_has_the_name_already_even_deactivated(world):
    gestionnaire, asked = world.browser("gestionnaire"), await asked_for(world)
    path = f"/intervenants/nouveau?demande={asked}"
    assert "Personne de ce nom dans l’annuaire" in (await gestionnaire.get(path)).text
    assert (await gestionnaire.post("/intervenants/nouveau", EVE | {"prenom": "Eve"})).status_code == 303
    one = await address(world, "500")
    form = {"version": "1", "motif": "départ", "action": "desactiver"}
    assert (await gestionnaire.post(f"{one}/activite", form)).status_code == 303
    page = (await gestionnaire.get(path)).text
    assert f'href="{one}">Mme NOUVELLE Eve</a>, {LYON}, désactivée' in page


async def test_the_demande_of_another_academie_does_not_exist(world):
    asked, lille = await asked_for(world), world.browser("gestionnaire_de_lille")
    for path in (f"/intervenants/nouveau?demande={asked}", f"/intervenants/nouveau?demande={uuid5(UUID(int=0), 'no')}"):
        answer = await lille.get(path)
        assert answer.status_code == 404
        assert "NOUVELLE" not in answer.text
    posted = await lille.post(f"/intervenants/nouveau?demande={asked}", EVE | {"academie": "09", "uai": "0599001N"})
    assert posted.status_code == 404
    assert await world.pool.fetchval("SELECT count(*) FROM intervenant WHERE numero = '500'") == 0
    assert await world.pool.fetchval("SELECT etat FROM demande") == "OUVERTE"


async def test_a_gestionnaire_of_two_academies_chooses_where_and_reaches_both_contacts(world):
    both = world.browser(world.acteur("deux", Role.GESTIONNAIRE, academies=["09", "10"]))
    page = (await both.get("/intervenants/nouveau")).text
    assert '<select class="fr-select" id="academie"' in page
    assert (await both.post("/intervenants/nouveau", EVE | {"academie": "11"})).status_code == 404
    assert 'href="/contact/10"' in (await both.get("/contact/09")).text
    assert (await both.post("/contact/10", CONTACT)).status_code == 303


async def test_the_menu_has_the_directory_and_the_contact_for_the_rectorat_and_neither_for_a_chef(world):
    for name, expected in (("gestionnaire", (True, True)), ("administrateur", (True, True)), ("chef", (False, False))):
        page = (await world.browser(name).get("/missions")).text
        assert ('href="/intervenants"' in page, 'href="/contact"' in page) == expected
    importing = (await world.browser("gestionnaire").get("/intervenants/import")).text
    assert re.findall(r'href="([^"]+)" aria-current="page"', importing) == ["/intervenants/import"]


async def test_a_file_imported_meanwhile_makes_the_form_stale_and_keeps_what_the_gestionnaire_entered(world):
    gestionnaire, one = world.browser("gestionnaire"), await address(world)
    assert (await gestionnaire.post(one, ANNE | {"stagiaire": "oui"})).status_code == 303
    head = "numero,civilite,nom,prenom,courriel,uai,uais_secondaires,disciplines,actif"
    line = f"102,Mme,LEFÈVRE,Importée,i@ac-exemple.invalid,{LYON},,0202,oui"
    headers = world.gestionnaire._headers | {"Content-Type": "text/csv"}
    await world.client.post("/api/academies/10/annuaire", content=f"{head}\n{line}\n".encode(), headers=headers)
    for _ in ("checked", "written"):
        await import_annuaire.work_at_import(world.pool, lambda: datetime.now(UTC))
    stale = await gestionnaire.post(one, ANNE | {"version": "2"})
    assert stale.status_code == 412
    assert "LEFÈVRE Importée" in stale.text
    assert await world.pool.fetchval("SELECT stagiaire FROM intervenant WHERE numero = '102'")
