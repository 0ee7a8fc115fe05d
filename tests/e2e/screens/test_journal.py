"""« Journal » and « Export des convocations » of an académie at a browser, without script and at two widths."""

import asyncio
import csv
import io
import re
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import expect

from acces.acteur import Role
from imagin_dev.demo.accounts import chef, gestionnaire

ACADEMIE = "10"
_TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
async def convoked(product):
    """Somebody of a lycée of her own, convoked."""
    lycee = product.etablissement()
    body = {"numero": f"J{lycee.uai}", "civilite": "Mme", "nom": "JOURNALISEE", "prenom": "Zoé", "uai": lycee.uai}
    body |= {"courriel": f"j{lycee.uai}@ac-exemple.invalid".lower(), "disciplines": ["1000"]}
    async with httpx2.AsyncClient(base_url=product.url, trust_env=False) as http:
        api = product.api(http, gestionnaire(ACADEMIE))
        await api.put(f"/api/academies/{ACADEMIE}/intervenants", {"intervenants": [body]})
        asked = {"intervenants": [body["numero"]], "dates": [product.soon]}
        path = f"/api{lycee.mission('HG')}/convocations"
        await product.api(http, chef(lycee.uai, ACADEMIE)).post(path, asked, key=f"journal-{lycee.uai}")
    return lycee


async def test_without_script_the_convocation_of_a_person_is_found_and_the_convoked_are_taken_out(person, convoked):
    page = await person(Role.GESTIONNAIRE, script=False)
    await page.goto("/journal")
    await page.get_by_label("Acte", exact=True).select_option(label="Convocations")
    await page.get_by_label("UAI", exact=True).fill(convoked.uai)
    await page.get_by_role("textbox", name="Personne").fill("journalisee")
    await page.get_by_role("button", name="Chercher").click()
    await expect(
        page.get_by_role("heading", level=2, name=re.compile("Personne convoquée.*JOURNALISEE"))
    ).to_have_count(1)
    await page.goto("/exports")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Télécharger en CSV").click()
    taken = Path(await (await download.value).path())
    text = await asyncio.to_thread(taken.read_text, encoding="utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    [line] = [one for one in lines if one["UAI"] == convoked.uai]
    told = [line[name] for name in ("Nom", "État", "Lue le", "Signature renseignée")]
    assert told == ["JOURNALISEE", "Convoquée", "", "Non"]


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.usefixtures("convoked")
async def test_axe_finds_nothing_and_nothing_scrolls_sideways(person, no_violation, width, tmp_path):
    for role, path in (
        (Role.GESTIONNAIRE, "/journal"),
        (Role.GESTIONNAIRE, "/exports"),
        (Role.ADMINISTRATEUR, "/journal"),
        (Role.ADMINISTRATEUR, "/intervenants/doublons"),
        (Role.ADMINISTRATEUR, "/intervenants/import"),
        (Role.ADMINISTRATEUR, "/contact"),
        (Role.ADMINISTRATEUR, "/demandes"),
        (Role.ADMINISTRATEUR, "/missions"),
        (Role.ADMINISTRATEUR, "/intervenants"),
    ):
        page = await person(role, width=width)
        await page.goto(path)
        await no_violation(page)
        name = f"{width}-{role.value}{path.replace('/', '-')}.png"
        await page.screenshot(path=Path(tmp_path) / name)
        assert await page.evaluate(_TOO_WIDE) <= 0, path
