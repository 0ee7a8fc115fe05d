"""The signature comes after the convocations (R24): who reads the first page is led to those that went out without."""

import httpx2
import pytest
from playwright.async_api import expect

from acces.acteur import Role

_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
PEOPLE = ("1000", "0100")


async def convoke(product, acteur_of, lycee):
    """Two people; addresses of their convocations."""
    async with httpx2.AsyncClient(base_url=product.url, timeout=30, trust_env=False) as http:
        api = product.api(http, acteur_of(Role.CHEF, lycee))
        numeros = [product.numero(lycee, discipline) for discipline in PEOPLE]
        body = {"intervenants": numeros, "dates": [product.soon]}
        answer = await api.post(f"/api{lycee.mission('HG')}/convocations", body, key=f"signature-{lycee.uai}")
    return [f"/convocations/{one['convocation_id']}" for one in answer["convocations"]]


@pytest.mark.parametrize("width", [1280, 360])
async def test_r24_what_went_out_before_the_signature_is_made_again_signed(
    product, person, acteur_of, no_violation, tmp_path, width
):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee, width=width)
    addresses = await convoke(product, acteur_of, lycee)
    for address in addresses:  # as a mail would
        assert (await page.request.get(f"{address}/convocation.pdf")).ok
    await page.goto(f"/signature/{lycee.uai}")
    for name, text in (("nom", "EXEMPLE"), ("prenom", "Claude"), ("qualite", "Proviseure")):
        await page.locator(f"#{name}").fill(text)
    await page.get_by_role("button", name="Enregistrer la signature").click()
    await expect(page.get_by_text("2 convocations sont parties sans signature")).to_be_visible()
    await looked_at(page, no_violation, tmp_path / f"signature-{width}.png")
    await page.goto("/")
    await expect(page.get_by_text("2 convocations sont parties avant elle")).to_be_visible()
    await page.get_by_role("link", name="Les établir à nouveau").click()
    await page.get_by_role("button", name="Tout cocher").click()
    await looked_at(page, no_violation, tmp_path / f"suivi-{width}.png")
    await page.get_by_role("button", name="Établir à nouveau, signée").click()
    await looked_at(page, no_violation, tmp_path / f"confirmer-{width}.png")
    await page.get_by_role("button", name="Confirmer").click()
    await expect(page.get_by_text("Succès : C’est enregistré")).to_be_visible()
    await expect(page.get_by_text("Partie sans signature")).to_have_count(0)
    await page.goto(addresses[0])
    await expect(page.get_by_text("Modification").first).to_be_visible()


async def looked_at(page, no_violation, path):
    await no_violation(page)
    assert not await page.evaluate(_TOO_WIDE), path.stem
    await page.screenshot(path=path, full_page=True)
