"""The demonstration in a real browser: nobody is kept out, the window opens and closes, a click is one request."""

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
SCREENS = [
    pytest.param(scheme, size, id=f"{scheme}-{size['width']}")
    for scheme in ("light", "dark")
    for size in (WIDE, NARROW)
]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium, served):
    """Opens a page of the demonstration; at the end nothing was complained of, by script, policy or htmx."""
    address, _ = served
    contexts, complaints = [], []

    async def visit(path="/demo", *, script=True, scheme="light", size=WIDE):
        contexts.append(await chromium.new_context(color_scheme=scheme, viewport=size, java_script_enabled=script))
        page = await contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address + path)
        return page

    yield visit
    for context in contexts:
        await context.close()
    # the browser and htmx tell of a 422, a 403 and a lost network by themselves: those are meant
    meant = ("Failed to load resource", "htmx: htmx:error: Failed to fetch")
    assert [one for one in complaints if not one.startswith(meant)] == []


async def open_window(page):
    await page.get_by_role("button", name="Créer convocation").click()
    window = page.get_by_role("dialog", name="Détails de l’affectation")
    await expect(window.get_by_role("button", name="Convoquer")).to_be_visible()
    return window


async def violations(page):
    found = (await Axe().run(page)).response["violations"]
    return [(one["id"], node["html"][:200], node["failureSummary"]) for one in found for node in one["nodes"]]


@pytest.mark.parametrize(("scheme", "size"), SCREENS)
async def test_nobody_is_kept_out_whatever_the_colours_and_the_width(visit, scheme, size):
    for path in ("/demo?erreurs=true&avis=Fait", "/affectation", "/refus"):
        page = await visit(path, scheme=scheme, size=size)
        assert await violations(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], path


@pytest.mark.parametrize(("scheme", "size"), SCREENS)
async def test_nobody_is_kept_out_of_the_window(visit, scheme, size):
    page = await visit(scheme=scheme, size=size)
    window = await open_window(page)
    assert await violations(page) == []
    await window.get_by_role("button", name="Convoquer").click()
    await expect(window.get_by_text("Erreur : 1 point est à corriger")).to_be_visible()
    assert await violations(page) == []


async def test_the_window_takes_the_focus_and_gives_it_back_when_escape_closes_it(visit):
    page = await visit()
    window = await open_window(page)
    await expect(page.get_by_label("Discipline")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(window).to_be_hidden()
    await expect(page.get_by_role("button", name="Créer convocation")).to_be_focused()
    window = await open_window(page)
    await window.get_by_role("link", name="Annuler").click()
    await expect(window).to_be_hidden()
    await expect(page.get_by_role("button", name="Créer convocation")).to_be_focused()


async def test_a_refused_form_stays_in_the_window_and_its_errors_take_the_focus(visit):
    page = await visit()
    window = await open_window(page)
    await window.get_by_label("Texte d’observation").evaluate(
        "area => area.style.height = '200px'"
    )  # as the mouse does
    await window.get_by_role("button", name="Convoquer").click()
    await expect(window.locator("#resume-erreurs")).to_be_focused()
    await window.get_by_role("link", name="Choisissez la date de mission.").click()
    await expect(window.get_by_label("Date de mission")).to_be_focused()


async def test_a_double_click_convokes_once_and_the_page_that_follows_replaces_the_page(visit, served):
    _, received = served
    page = await visit()
    window = await open_window(page)
    await window.get_by_label("Date de mission").fill("2027-02-15")
    received.clear()
    convoke = window.get_by_role("button", name="Convoquer")
    await convoke.evaluate("button => { button.click(); button.click(); }")
    await expect(convoke).to_have_attribute("aria-busy", "true")
    await expect(page.locator("#avis")).to_contain_text("Succès : 8 personnes convoquées")
    await expect(page.locator("#avis")).to_be_focused()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert received == ["2027-02-15"]
    assert page.url.endswith("/demo?avis=8%20personnes%20convoqu%C3%A9es")
    await page.go_back()
    await page.wait_for_url("**/demo")
    await expect(page.locator("#avis")).to_be_empty()
    await open_window(page)


async def test_a_plain_form_is_sent_once_too(visit, served):
    _, received = served
    page = await visit("/affectation")
    await page.get_by_label("Date de mission").fill("2027-02-16")
    await page.evaluate(
        "document.querySelector('main form').removeAttribute('hx-post'); htmx.process(document.body, true)"
    )
    received.clear()
    await page.get_by_role("button", name="Convoquer").evaluate("button => { button.click(); button.click(); }")
    await expect(page.locator("#avis")).to_contain_text("8 personnes convoquées")
    assert received == ["2027-02-16"]


async def test_boxes_are_counted_as_they_are_ticked(visit):
    page = await visit()
    window = await open_window(page)
    count = window.get_by_role("status").filter(has_text="cochée")
    await expect(count).to_have_text("8 personnes cochées")
    await window.get_by_role("button", name="Tout décocher").click()
    await expect(count).to_have_text("0 personne cochée")
    await window.get_by_label("LE GOFF Yann").check()
    await expect(count).to_have_text("1 personne cochée")
    await expect(window.get_by_role("button", name="Convoquer 1 personne")).to_be_visible()


async def test_a_search_answers_while_one_types_and_keeps_the_focus(visit):
    page = await visit()
    window = await open_window(page)
    await page.keyboard.type("Lettres", delay=5)
    await expect(window.locator("#disciplines")).to_have_text("Trouvée pour 7 lettres")
    await expect(window.locator("#discipline-etat")).to_have_text("1 discipline trouvée")
    await expect(window.get_by_label("Discipline")).to_be_focused()
    await window.get_by_label("Discipline").fill("Philo")
    await page.keyboard.press("Enter")
    await expect(window.locator("#disciplines")).to_have_text("Trouvée pour 5 lettres")


async def test_a_refusal_for_programs_or_a_lost_network_is_told_in_the_page_or_the_window(visit):
    page = await visit()
    await page.locator("#problem").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Erreur : la demande n’a pas abouti")
    assert await violations(page) == []
    window = await open_window(page)
    await page.context.set_offline(True)
    await window.get_by_role("button", name="Convoquer").click()
    await expect(window.get_by_role("alert")).to_be_in_viewport()
    await expect(window.get_by_role("button", name="Convoquer")).to_be_enabled()
    await page.context.set_offline(False)
    await window.get_by_role("button", name="Convoquer").click()
    await expect(window.locator("#resume-erreurs")).to_be_focused()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_page_of_refusal_replaces_the_page_and_leaves_its_address(visit):
    page = await visit()
    await page.locator("#refus").click()
    await expect(page.get_by_role("heading", name="Accès refusé")).to_be_visible()
    await expect(page).to_have_title("Accès refusé — IMAG’IN E3C")
    assert page.url.endswith("/demo")


async def test_without_script_the_same_buttons_lead_to_pages(visit, served):
    _, received = served
    page = await visit(script=False)
    received.clear()
    await page.get_by_role("button", name="Créer convocation").click()
    await expect(page.get_by_role("heading", name="Détails de l’affectation", level=1)).to_be_visible()
    await page.get_by_role("button", name="Convoquer").click()
    await expect(page.get_by_text("Erreur : 1 point est à corriger")).to_be_visible()
    await expect(page.locator("#resume-erreurs")).to_be_focused()
    await page.get_by_label("Date de mission").fill("2027-02-17")
    await page.get_by_role("button", name="Convoquer").click()
    await expect(page.locator("#avis")).to_contain_text("8 personnes convoquées")
    assert received == ["", "2027-02-17"]
    await expect(page.get_by_role("button", name="Tout cocher")).to_have_count(0)


async def test_the_keyboard_reaches_the_contents_first(visit):
    page = await visit()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Contenu")).to_be_focused()
    await expect(page.get_by_role("link", name="Contenu")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()


async def test_a_sheet_of_paper_has_the_table_and_no_buttons(visit):
    page = await visit()
    await page.emulate_media(media="print")
    await expect(page.get_by_role("table", name="Liste des intervenants")).to_be_visible()
    await expect(page.get_by_text("Se déconnecter")).to_be_hidden()
    await expect(page.get_by_text("Visualiser").first).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
async def test_on_a_narrow_screen_the_menu_opens_and_closes_with_or_without_script(visit, script):
    page = await visit(size=NARROW, script=script)
    menu = page.get_by_role("navigation", name="Menu principal")
    await expect(menu).to_be_hidden()
    await page.get_by_role("button", name="Menu", exact=True).click()
    await menu.get_by_text("Personnes").click()
    await expect(menu.get_by_role("link", name="Délégations")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    await page.get_by_role("button", name="Fermer le menu").click()
    await expect(menu).to_be_hidden()


async def test_on_a_wide_screen_a_group_of_the_menu_unfolds_and_folds_by_escape_or_a_click_elsewhere(visit):
    page = await visit()
    link, group = page.get_by_role("link", name="Délégations"), page.locator("summary", has_text="Personnes")
    await expect(link).to_be_hidden()
    await group.click()
    await expect(link).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(link).to_be_hidden()
    await expect(group).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", level=1).click()
    await expect(link).to_be_hidden()
