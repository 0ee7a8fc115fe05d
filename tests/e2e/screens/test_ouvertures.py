"""R12: the administrateur opens and closes by list, from-to and at once; the établissement sees it, the journal too."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from playwright.async_api import expect

from acces.acteur import Role
from testkit.eventually import eventually

SESSION = "2020-E3C1"
REFUSED = "Le service de convocation n’est pas ouvert"
DONE = "Succès : Décision enregistrée"


async def _decide(page, decision, *lycees, **fields):
    await page.goto("/ouvertures")
    await page.get_by_label("Décision", exact=True).select_option(decision)
    await page.get_by_label("Pour", exact=True).select_option("liste")
    await page.get_by_label("Liste d’établissements").fill("\n".join(one.uai for one in lycees))
    for name, value in fields.items():
        await page.locator(f"#{name}").fill(value)
    await page.get_by_role("button", name="Enregistrer la décision").click()


async def test_by_list_closed_then_opened_from_a_day_on_then_at_once_and_the_journal_has_it_all(person, product):
    mine, other = product.etablissement(), product.etablissement()
    admin, chef = await person(Role.ADMINISTRATEUR), await person(Role.CHEF, mine)
    await admin.goto("/missions")
    await admin.locator("summary", has_text="Réglages").click()
    await admin.get_by_role("link", name="Ouverture du service").click()
    await expect(admin.get_by_role("row", name="Lyon").first).to_contain_text("Ouvert")
    await _decide(admin, "fermer", mine, other, motif="Correction en cours")
    await expect(admin.get_by_text(DONE)).to_be_visible()
    await expect(admin.get_by_role("row", name=mine.uai)).to_contain_text("Fermé")
    await expect(admin.get_by_role("row", name=other.uai)).to_contain_text("Correction en cours")
    await chef.goto("/missions")
    await expect(chef.get_by_text("Aucune mission n’est ouverte à la convocation.")).to_be_visible()
    await _decide(admin, "ouvrir", mine, debut="2037-01-19T08:00", fin="2037-01-30T18:00")
    await expect(admin.get_by_role("row", name=mine.uai)).to_contain_text("lundi 19 janvier 2037 à 8 h 00")
    await chef.reload()
    await expect(chef.get_by_text("Le service ouvrira le lundi 19 janvier 2037 à 8 h 00")).to_be_visible()
    await _decide(admin, "ouvrir", mine)
    await expect(admin.get_by_text(DONE)).to_be_visible()
    await chef.reload()
    await expect(chef.get_by_role("link", name="Histoire-géographie")).to_be_visible()
    await admin.locator("summary", has_text="Réglages").click()
    await admin.get_by_role("link", name="Journal").click()
    await admin.get_by_label("Acte", exact=True).select_option("Ouverture du service")
    await admin.get_by_label("UAI", exact=True).fill(mine.uai)
    await admin.get_by_role("button", name="Chercher").click()
    await expect(admin.get_by_text("3 actes sur cette page, les derniers d’abord")).to_be_visible()
    await expect(admin.get_by_text("Motif : Correction en cours")).to_be_visible()
    first = admin.get_by_role("article").first
    await expect(first.get_by_role("row", name="Ferme le")).to_contain_text("vendredi 30 janvier 2037 à 18 h 00")
    async with admin.expect_download() as saved:
        await admin.get_by_role("button", name="Télécharger (CSV)").click()
    assert (await saved.value).suggested_filename == "journal.csv"
    assert mine.uai not in admin.url


async def test_the_lines_of_a_list_that_are_wrong_are_told_and_the_list_stays(person, product):
    mine = product.etablissement()
    page = await person(Role.ADMINISTRATEUR)
    await page.goto("/ouvertures")
    await page.get_by_label("Décision", exact=True).select_option("fermer")
    await page.get_by_label("Pour", exact=True).select_option("liste")
    await page.get_by_label("Liste d’établissements").fill(f"{mine.uai}\nLYCEE DU PARC")
    await page.get_by_role("button", name="Enregistrer la décision").click()
    wrong = "Ligne 2 : « LYCEE DU PARC » n’est pas un UAI (sept chiffres et une lettre)."
    await expect(page.get_by_role("group", name="1 point est à corriger")).to_be_focused()
    await page.get_by_role("link", name=wrong).click()
    field = page.get_by_label("Liste d’établissements")
    await expect(field).to_be_focused()
    await expect(field).to_have_value(f"{mine.uai}\nLYCEE DU PARC")
    await field.fill(mine.uai)
    await page.get_by_role("button", name="Enregistrer la décision").click()
    await expect(page.get_by_text(DONE)).to_be_visible()


async def test_a_form_that_is_open_when_the_end_passes_is_refused_and_keeps_what_was_typed(
    person, product, administrateur
):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    await page.goto(lycee.mission("HG"))
    await page.get_by_role("button", name="Créer convocation").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Discipline").fill("Histoire-géographie")
    await expect(dialog.get_by_role("checkbox").first).to_be_checked()
    await dialog.get_by_label("Date de mission").fill(product.soon)
    await dialog.get_by_label("Texte d'observation").fill("Salle douze")
    await expect(dialog.get_by_text("à lire avant de convoquer")).to_be_visible()
    async with httpx2.AsyncClient(base_url=product.url, trust_env=False) as http:
        api = product.api(http, administrateur)
        fin = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
        body = {"session": SESSION, "portee": "ETABLISSEMENT", "code": lycee.uai, "ouverte": True, "fin": fin}
        await api.put("/api/ouvertures", body)

        async def closed():
            return not (await api.get(f"/api{lycee.mission('HG')}"))["ouverte"]

        await eventually(closed, because="the clock has closed the service")
    await dialog.get_by_role("button", name="Convoquer").click()
    await expect(dialog.get_by_text(REFUSED).first).to_be_visible()
    await expect(dialog.get_by_label("Date de mission")).to_have_value(product.soon)
    await expect(dialog.get_by_label("Texte d'observation")).to_have_value("Salle douze")
    await expect(dialog.get_by_role("checkbox").first).to_be_checked()
    await page.goto(lycee.mission("HG"))
    await expect(page.get_by_text("Le service de convocation est fermé depuis le")).to_be_visible()


async def _tab_to(page, element):
    for _ in range(60):
        if await element.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail("not reached by the tabulator key")


async def test_by_keyboard_only_a_list_is_closed_and_the_journal_is_searched(person, product):
    lycee = product.etablissement()
    page = await person(Role.ADMINISTRATEUR)
    await page.goto("/missions")
    await _tab_to(page, page.locator("summary", has_text="Réglages"))
    await page.keyboard.press("Enter")
    await _tab_to(page, page.get_by_role("link", name="Ouverture du service"))
    await page.keyboard.press("Enter")
    for label, typed in (("Décision", "Fermer"), ("Pour", "Les")):
        await _tab_to(page, page.get_by_label(label, exact=True))
        await page.keyboard.type(typed)
    await _tab_to(page, page.get_by_label("Liste d’établissements"))
    await page.keyboard.type(lycee.uai)
    await _tab_to(page, page.get_by_label("Motif"))
    await page.keyboard.type("Au clavier")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(DONE)).to_be_visible()
    await expect(page.get_by_role("row", name=lycee.uai)).to_contain_text("Fermé")
    await _tab_to(page, page.locator("summary", has_text="Réglages"))
    await page.keyboard.press("Enter")
    await _tab_to(page, page.get_by_role("link", name="Journal"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1, name="Journal")).to_be_visible()
    await _tab_to(page, page.get_by_label("Acte", exact=True))
    await page.keyboard.type("Ouv")
    await _tab_to(page, page.get_by_label("UAI", exact=True))
    await page.keyboard.type(lycee.uai)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("1 acte sur cette page, les derniers d’abord")).to_be_visible()
    await expect(page.get_by_text("Motif : Au clavier")).to_be_visible()


async def test_without_script_the_story_is_the_same(person, product):
    lycee = product.etablissement()
    page = await person(Role.ADMINISTRATEUR, script=False)
    await _decide(page, "ouvrir", lycee, debut="2037-01-19T08:00", fin="2037-01-18T08:00")
    await expect(page.get_by_role("link", name="La fin vient après le début.")).to_be_visible()
    await expect(page.locator("#debut")).to_have_value("2037-01-19T08:00")
    await page.locator("#fin").fill("")
    await page.get_by_role("button", name="Enregistrer la décision").click()
    await expect(page.get_by_text(DONE)).to_be_visible()
    chef = await person(Role.CHEF, lycee, script=False)
    await chef.goto("/missions")
    await expect(chef.get_by_text("Le service ouvrira le lundi 19 janvier 2037 à 8 h 00")).to_be_visible()
    await page.goto("/journal")
    await page.get_by_label("Acte", exact=True).select_option("Ouverture du service")
    await page.get_by_label("UAI", exact=True).fill(lycee.uai)
    await page.get_by_role("button", name="Chercher").click()
    await expect(page.get_by_text("1 acte sur cette page, les derniers d’abord")).to_be_visible()


# What makes the page scroll sideways, if it does.
_TOO_WIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll("main *")].filter(one => one.getBoundingClientRect().right > innerWidth)
    .map(one => one.outerHTML.slice(0, 120)).slice(-3)"""


@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_no_violation_and_nothing_scrolls_sideways(person, product, no_violation, width):
    lycee = product.etablissement()
    page = await person(Role.ADMINISTRATEUR, width=width)

    async def right():
        await no_violation(page)
        assert await page.evaluate(_TOO_WIDE) == []

    await _decide(page, "ouvrir", lycee, debut="2037-01-19T08:00", fin="2037-01-18T08:00")
    await expect(page.get_by_role("link", name="La fin vient après le début.")).to_be_visible()
    await right()
    await _decide(page, "ouvrir", lycee, debut="2037-01-19T08:00", fin="2037-01-30T18:00", motif="Session de janvier")
    await expect(page.get_by_role("row", name=lycee.uai)).to_be_visible()
    await right()
    await page.goto("/journal")
    await expect(page.get_by_role("article").first).to_be_visible()
    await right()
    await page.get_by_role("textbox", name="Personne").fill("introuvable")
    await page.get_by_role("button", name="Chercher").click()
    await expect(page.get_by_text("Aucun acte ne correspond.")).to_be_visible()
    await right()
    chef = await person(Role.CHEF, lycee, width=width)
    await chef.goto("/missions")
    await expect(chef.get_by_text("Le service ouvrira le")).to_be_visible()
    await no_violation(chef)
    assert await chef.evaluate(_TOO_WIDE) == []
