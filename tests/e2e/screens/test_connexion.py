"""Signing in at the portal, changing one's function and signing out, in a browser, by keyboard."""

import re

import pytest
from playwright.async_api import expect

from acces.acteur import Role


class AtTheDoor:
    """Somebody who is not signed in, at the page that she asked for."""

    def __init__(self, page, provider):
        self.page, self.provider = page, provider

    def account(self, fonction):
        return next(one for one in self.provider.accounts if one.fonction == fonction)

    async def signs_in(self, fonction, path="/missions"):
        """By keyboard: to the portal, chooses who she is, and comes back."""
        await self.page.goto(path)
        await self.follows(self.page.get_by_role("link", name="Se connecter par le portail ARENA"))
        await self.page.wait_for_url(f"{self.provider.url}/**")
        field = self.page.locator("input[name=sub]")
        await field.fill(self.account(fonction).sub)
        await field.press("Enter")

    @staticmethod
    async def follows(link):
        await link.focus()
        await link.press("Enter")


@pytest.fixture
async def door(person, product):
    return AtTheDoor(await person(None), product.provider)


async def test_a_chef_signs_in_at_the_portal_and_is_where_he_wanted_to_be(door, product, no_violation):
    page = door.page
    await page.goto("/signature")
    await no_violation(page)
    await door.signs_in("chef", "/signature")
    await page.wait_for_url(re.compile("/signature"))
    await expect(page.get_by_role("banner")).to_contain_text("Camille ROUX")
    await expect(page.get_by_role("banner")).to_contain_text("Chef d’établissement")
    await expect(page.get_by_role("link", name="Changer de fonction")).to_have_count(0)
    assert {one["name"] for one in await page.context.cookies(product.url)} == {"imagin_session"}


async def test_somebody_with_two_functions_chooses_one_and_changes_it_without_signing_out(door, no_violation):
    page = door.page
    await door.signs_in("chef et delegue")
    await expect(page.get_by_role("heading", name="Vos fonctions")).to_be_visible()
    await no_violation(page)
    other = page.get_by_role("button", name=re.compile("Agir comme Délégué"))
    await door.follows(other)
    await expect(page.get_by_role("heading", level=1, name="Ce qui reste à faire")).to_be_visible()
    await expect(page.get_by_role("banner")).to_contain_text("Maxime LAMBERT pour camille.roux")
    await door.follows(page.get_by_role("link", name="Changer de fonction"))
    await door.follows(page.get_by_role("button", name=re.compile("Agir comme Chef d’établissement")))
    await expect(page.get_by_role("heading", level=1, name="Ce qui reste à faire")).to_be_visible()
    await expect(page.get_by_role("banner")).not_to_contain_text("pour camille.roux")


async def test_signing_out_ends_the_session_here_and_at_the_portal(door, product, no_violation):
    page = door.page
    await door.signs_in("gestionnaire de deux academies")
    await page.wait_for_url(re.compile("/missions"))
    await door.follows(page.get_by_role("button", name="Se déconnecter"))
    await page.wait_for_url(f"{door.provider.url}/oauth2/end_session?**")
    await door.follows(page.get_by_role("button", name="End session"))
    await page.wait_for_url(f"{product.url}/connexion?**")
    await page.goto(f"{product.url}/missions")
    await page.wait_for_url(re.compile(r"/connexion\?suite=/missions"))
    await no_violation(page)


async def test_other_sessions_are_seen_and_ended_by_keyboard(door, person, product, no_violation):
    page = door.page
    elsewhere = AtTheDoor(await person(None), product.provider)
    for one in (elsewhere, door):
        await one.signs_in("chef")
        await one.page.wait_for_url(re.compile("/missions"))
    await door.follows(page.get_by_role("link", name="Mes connexions"))
    await expect(page.get_by_role("row", name="Cette connexion")).to_have_count(1)
    await no_violation(page)
    others = page.get_by_role("button", name=re.compile("^Terminer Chrome"))
    assert await others.count() >= 1, "tests before may have left some"
    await door.follows(page.get_by_role("button", name="Terminer toutes les autres"))
    await expect(page.get_by_text("Vous n’êtes connecté nulle part ailleurs.")).to_be_visible()
    await no_violation(page)
    await elsewhere.page.goto("/missions")
    await elsewhere.page.wait_for_url(re.compile(r"/connexion\?suite=/missions"))
    await page.goto("/missions")
    await expect(page.get_by_role("banner")).to_contain_text("Camille ROUX")


async def test_who_has_no_function_reads_why_and_gets_no_further(door, no_violation):
    await door.signs_in("aucune fonction")
    await expect(door.page.get_by_text("ne donne aucune fonction dans IMAG’IN")).to_be_visible()
    await no_violation(door.page)
    await door.page.goto("/missions")
    await door.page.wait_for_url(re.compile("/connexion"))


async def test_what_was_typed_is_sent_after_signing_in_again_in_another_window(
    person, product, acteur_of, no_violation
):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee)
    await page.goto("/demandes")
    await page.get_by_label("Nom", exact=True).fill("ESSAI")
    await page.get_by_label("Prénom", exact=True).fill("Personne")
    await product.end_sessions()
    await page.get_by_role("button", name="Demander la création").click()
    await expect(page.get_by_role("heading", name="Votre session est finie")).to_be_visible()
    await no_violation(page)
    await page.context.add_cookies([await product.cookie(acteur_of(Role.CHEF, lycee))])
    await page.get_by_role("button", name="Envoyer de nouveau").click()
    await expect(page.get_by_text("Demande transmise")).to_be_visible()
    await expect(page.get_by_role("row", name="ESSAI Personne")).to_be_visible()
