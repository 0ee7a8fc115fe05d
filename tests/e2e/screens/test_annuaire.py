"""The gestionnaire's directory in a real browser (R35, R36, R47, R54): by mouse, by keyboard only, without script."""

import re

import pytest
from playwright.async_api import expect

from acces.acteur import Role


async def _ask(page, nom):
    """The établissement asks for somebody whom nobody finds."""
    await page.goto("/demandes")
    await page.get_by_label("Nom", exact=True).fill(nom)
    await page.get_by_label("Prénom").fill("Ondine")
    await page.get_by_label("Précisions").fill("Histoire-géographie, remplacement")
    await page.get_by_role("button", name="Demander la création").click()
    await expect(page.get_by_text("Succès : Demande transmise")).to_be_visible()


async def _fill(page, numero, **more):
    """What a new person needs beside her name."""
    await page.get_by_label("Numéro").fill(numero)
    await page.get_by_label("Civilité").select_option("Mme")
    await page.get_by_label("Courriel").fill(f"{numero}@ac-exemple.invalid")
    for label, value in more.items():
        await page.get_by_label(label).fill(value)
    await page.get_by_role("checkbox", name="Histoire-géographie").check()


async def _search(page, nom):
    await page.goto("/intervenants")
    await page.get_by_label("Nom ou prénom").fill(nom)
    await page.get_by_role("button", name="Chercher").click()


async def test_r36_from_the_demande_to_somebody_convoked_with_a_warning_that_she_is_away(person, product):
    lycee = product.etablissement()
    chef, gestionnaire = await person(Role.CHEF, lycee), await person(Role.GESTIONNAIRE)
    await _ask(chef, "QWORZIX")
    await gestionnaire.goto("/demandes")
    await gestionnaire.get_by_role("link", name="Créer cette personne : QWORZIX Ondine").click()
    await expect(gestionnaire.get_by_text("Histoire-géographie, remplacement")).to_be_visible()
    await expect(gestionnaire.get_by_label("Nom", exact=True)).to_have_value("QWORZIX")
    await expect(gestionnaire.get_by_label("Établissement (UAI)", exact=False).first).to_have_value(lycee.uai)
    await gestionnaire.get_by_role("button", name="Créer la personne").click()
    await expect(gestionnaire.get_by_role("group", name="3 points sont à corriger")).to_be_focused()
    await _fill(gestionnaire, "999900000001")
    await gestionnaire.get_by_role("button", name="Créer la personne").click()
    await expect(gestionnaire.get_by_text("Succès : Personne créée, demande traitée")).to_be_visible()
    await chef.reload()
    await expect(chef.get_by_role("row", name=re.compile("QWORZIX"))).to_contain_text("Personne créée")

    await _search(gestionnaire, "qworzix")
    assert "qworzix" not in gestionnaire.url.lower()
    await gestionnaire.get_by_role("link", name="QWORZIX Ondine").click()
    assert "999900000001" not in gestionnaire.url
    await gestionnaire.get_by_label("Enseignant stagiaire").check()
    await gestionnaire.get_by_label("Du", exact=True).fill(product.soon)
    await gestionnaire.get_by_label("Au", exact=True).fill(product.soon)
    await gestionnaire.get_by_role("button", name="Enregistrer la modification").click()
    await expect(gestionnaire.get_by_text("Succès : Personne modifiée")).to_be_visible()

    await chef.goto(lycee.mission("HG"))
    await chef.get_by_role("button", name="Créer convocation").click()
    dialog = chef.get_by_role("dialog")
    await dialog.get_by_label("NOM Prénom").fill("qworzix")
    await dialog.get_by_role("checkbox", name="QWORZIX Ondine").check()
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await expect(dialog.get_by_text("Indisponible ce jour-là, selon le rectorat.")).to_be_visible()
    await expect(dialog.get_by_text("Enseignant stagiaire.")).to_be_visible()
    await dialog.get_by_role("button", name="Convoquer 1 personne").click()
    await expect(chef.get_by_text("Succès : Convocation enregistrée")).to_be_visible()

    await gestionnaire.get_by_role("link", name="Désactiver").click()
    await expect(gestionnaire.get_by_text("1 convocation en cours reste")).to_be_visible()
    await gestionnaire.get_by_label("Raison").fill("Départ")
    await gestionnaire.get_by_role("button", name="Désactiver la personne").click()
    await expect(gestionnaire.get_by_text("Succès : Personne désactivée")).to_be_visible()
    await chef.reload()
    await expect(chef.get_by_role("row", name=re.compile("QWORZIX"))).to_contain_text("non lue")


async def test_without_script_somebody_is_created_given_two_periods_deactivated_and_reactivated(person, product):
    lycee = product.etablissement()
    page = await person(Role.GESTIONNAIRE, script=False)
    await page.goto("/intervenants")
    await page.get_by_role("link", name="Créer une personne").click()
    await _fill(page, "999900000002", Prénom="Loris")
    await page.get_by_label("Nom", exact=True).fill("VREZKOL")
    await page.get_by_label("Établissement (UAI)").fill(lycee.uai)
    for number, day in ((1, "02"), (2, "12")):
        suite = "" if number == 1 else f" (période {number})"
        if number > 1:
            await page.get_by_role("button", name="Ajouter une période").click()
            await expect(page.get_by_label(f"Du{suite}", exact=True)).to_be_focused()
        await page.get_by_label(f"Du{suite}", exact=True).fill(f"2020-03-{day}")
        await page.get_by_label(f"Au{suite}", exact=True).fill(f"2020-03-{day}")
    await page.get_by_role("button", name="Créer la personne").click()
    await expect(page.get_by_text("Succès : Personne créée")).to_be_visible()
    await expect(page.get_by_label("Du (période 2)", exact=True)).to_have_value("2020-03-12")
    for geste, fait in (("Désactiver", "désactivée"), ("Réactiver", "réactivée")):
        await page.get_by_role("link", name=geste).click()
        await page.get_by_role("button", name=f"{geste} la personne").click()
        await expect(page.get_by_role("link", name="Dites pourquoi")).to_be_visible()
        await page.get_by_label("Raison").fill("Essai")
        await page.get_by_role("button", name=f"{geste} la personne").click()
        await expect(page.get_by_text(f"Succès : Personne {fait}")).to_be_visible()


async def test_by_keyboard_only_somebody_is_found_changed_and_deactivated(person, product):
    lycee = product.etablissement()
    name = product.of(lycee, "1000")[0]
    page = await person(Role.GESTIONNAIRE)
    await page.goto("/missions")
    await _press(page, page.locator("summary", has_text="Personnes"))
    await _press(page, page.get_by_role("link", name="Annuaire des intervenants"))
    await _tab_to(page, page.get_by_label("Nom ou prénom"))
    await page.keyboard.type(name)
    await _tab_to(page, page.get_by_label("Établissement (UAI)"))
    await page.keyboard.type(lycee.uai)
    await page.keyboard.press("Enter")
    await _press(page, page.get_by_role("link", name=name))
    await expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    await _tab_to(page, page.get_by_role("checkbox", name="Philosophie", exact=True))
    await page.keyboard.press("Space")
    await _tab_to(page, page.get_by_label("Enseignant stagiaire"))
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")  # the first button of the form: it is recorded, no period is added
    await expect(page.get_by_text("Succès : Personne modifiée")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Philosophie", exact=True)).to_be_checked()
    await _press(page, page.get_by_role("link", name="Désactiver"))
    await _tab_to(page, page.get_by_label("Raison"))
    await page.keyboard.type("Essai")
    await _press(page, page.get_by_role("button", name="Désactiver la personne"))
    await expect(page.get_by_text("Succès : Personne désactivée")).to_be_visible()


async def _press(page, element):
    await _tab_to(page, element)
    await page.keyboard.press("Enter")


async def _tab_to(page, element):
    await expect(element).to_be_visible()
    for _ in range(120):
        if await element.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail("not reached by the tabulator key")


async def test_the_next_page_of_a_search_is_one_button_away_and_keeps_what_is_searched(person, product):
    page = await person(Role.GESTIONNAIRE, script=False)
    await page.goto("/intervenants")
    await page.get_by_label("Discipline").select_option("Histoire-géographie")
    await page.get_by_role("button", name="Chercher").click()
    first = await page.get_by_role("rowheader").first.inner_text()
    await page.get_by_role("button", name="Page suivante").click()
    await expect(page.get_by_text("page 2 sur")).to_be_visible()
    await expect(page.get_by_label("Discipline")).to_have_value("1000")
    assert await page.get_by_role("rowheader").first.inner_text() != first
    await page.get_by_role("button", name="Page précédente").click()
    await expect(page.get_by_role("rowheader").first).to_have_text(first.replace("\n", " "))


async def test_the_contact_is_edited_and_the_etablissement_reads_it_where_nobody_is_found(person, product):
    page, chef = await person(Role.GESTIONNAIRE), await person(Role.CHEF, product.etablissement())
    await page.goto("/missions")
    await page.locator("summary", has_text="Réglages").click()
    await page.get_by_role("link", name="Contact de l’académie").click()
    await expect(page.get_by_label("Nom")).to_have_value("Dominique EXEMPLE")
    await page.get_by_label("Horaires").fill("le matin, de 8 h à 12 h")
    await page.get_by_role("button", name="Enregistrer le contact").click()
    await expect(page.get_by_text("Succès : Contact enregistré")).to_be_visible()
    await chef.goto("/demandes")
    await expect(chef.get_by_text("Le gestionnaire IMAGIN peut créer")).to_contain_text("le matin, de 8 h à 12 h")


async def _every_page(page, product, lycee):
    """Each page of the directory in turn, with people, errors, conflicts and empty states."""
    name = product.of(lycee, "1000")[0]
    await page.goto("/intervenants")
    yield "liste"
    await _search(page, "introuvable zzz")
    yield "liste vide"
    await page.goto("/intervenants/nouveau")
    yield "créer"
    await page.get_by_role("button", name="Créer la personne").click()
    yield "créer, erreurs"
    await _search(page, name)
    await page.get_by_role("link", name=name).first.click()
    yield "modifier"
    address = page.url
    await page.get_by_label("Du", exact=True).fill("2020-03-05")
    await page.get_by_role("button", name="Ajouter une période").click()
    yield "modifier, deux périodes"
    await page.get_by_role("button", name="Enregistrer la modification").click()
    yield "modifier, erreur"
    other = await page.context.new_page()
    await page.get_by_label("Au (période 1)").fill("2020-03-06")
    await other.goto(address)
    await other.get_by_label("Prénom").fill("Autre")
    await other.get_by_role("button", name="Enregistrer la modification").click()
    await page.get_by_role("button", name="Enregistrer la modification").click()
    await expect(page.get_by_text("modifiée depuis que vous l’avez ouverte")).to_be_visible()
    yield "modifier, conflit"
    await page.goto(f"{address}/activite")
    yield "désactiver"
    await page.get_by_role("button", name="Désactiver la personne").click()
    yield "désactiver, erreur"
    for path in ("/contact", "/demandes"):
        await page.goto(path)
        yield path
    await page.get_by_role("link", name=re.compile(f"Créer cette personne.*LORQZ{lycee.uai}")).click()
    yield "créer, demande"


_TOO_WIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll("main *")].filter(one => one.getBoundingClientRect().right > innerWidth)
    .map(one => one.outerHTML.slice(0, 120)).slice(-3)"""


@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_no_violation_on_any_page_of_the_directory(person, product, no_violation, width):
    lycee = product.etablissement()
    await _ask(await person(Role.CHEF, lycee), f"LORQZ{lycee.uai}")
    page = await person(Role.GESTIONNAIRE, width=width)
    seen = []
    async for name in _every_page(page, product, lycee):
        await no_violation(page)
        assert await page.evaluate(_TOO_WIDE) == [], f"{name}: the page scrolls sideways at {width} px"
        seen.append(name)
    assert len(seen) == 13
    administrateur = await person(Role.ADMINISTRATEUR, width=width)
    await _search(administrateur, product.of(lycee, "1000")[1])
    await administrateur.get_by_role("table").get_by_role("link").first.click()
    await expect(administrateur.get_by_role("button", name="Enregistrer")).to_have_count(0)
    await no_violation(administrateur)
