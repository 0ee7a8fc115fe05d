"""« Couverture » at a browser: from a figure down to the mission by mouse, by keyboard and without script."""

import re

import pytest
from playwright.async_api import expect

from acces.acteur import Role

_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_CUT = "all => all.filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.textContent)"


@pytest.mark.parametrize("script", [True, False])
async def test_a_figure_leads_down_to_the_mission_by_mouse(person, product, script):
    lycee = product.etablissement()
    page = await person(Role.GESTIONNAIRE, script=script)
    await page.goto("/couverture")
    await expect(page.get_by_role("heading", level=1, name="Couverture")).to_be_visible()
    await page.get_by_label("Regrouper par").select_option("Établissement")
    await page.get_by_label("Établissement", exact=True).fill(lycee.uai)
    await page.get_by_role("button", name="Filtrer").click()
    row = page.get_by_role("row", name=re.compile(lycee.uai))
    await row.get_by_role("link", name=re.compile("Sans correcteur")).click()
    await (
        page.get_by_role("row", name=re.compile("^Histoire")).get_by_role("link", name=re.compile("Sans corr")).click()
    )
    await page.get_by_role("link", name="Histoire-géographie").click()
    await expect(page).to_have_url(re.compile(lycee.mission("HG")))


async def test_a_figure_leads_down_to_the_mission_by_keyboard(person, product):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    await page.goto("/couverture?par=etablissement")
    for name in (re.compile("Sans correcteur, LYCEE"), re.compile("Sans correcteur, Histoire")):
        await _tab_to(page, page.get_by_role("link", name=name))
        await page.keyboard.press("Enter")
    await _tab_to(page, page.get_by_role("link", name="Histoire-géographie"))
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(lycee.mission("HG")))


async def _tab_to(page, element):
    await expect(element).to_be_visible()
    for _ in range(120):
        if await element.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail("not reached by the tabulator key")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_no_violation_and_the_bars_stand_out(person, no_violation, tmp_path, scheme, width):
    page = await person(Role.ADMINISTRATEUR, width=width)
    await page.emulate_media(color_scheme=scheme)
    for par in ("academie", "etablissement", "mission"):
        await page.goto(f"/couverture?par={par}")
        await no_violation(page)
        assert not await page.evaluate(_TOO_WIDE), f"{par}: the page scrolls sideways at {width} px"
        assert await page.locator(".im-barres__texte").evaluate_all(_CUT) == [], "a bar's name leaves the screen"
        await page.screenshot(path=tmp_path / f"{par}.png", full_page=True)
    bars = page.get_by_role("img", name=re.compile("Missions qui ont chaque manque"))
    await expect(bars.locator(".im-barres__texte").first).to_have_text(re.compile(r"Sans correcteur\s: \d+ sur \d+"))
    colours = await bars.locator(".im-barres__fond, .im-barres__trait").evaluate_all(
        "all => all.map(one => getComputedStyle(one).fill)"
    )
    assert len(set(colours)) == 2, "the hatch is of one colour"
