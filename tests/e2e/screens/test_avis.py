"""What an établissement must know reaches its mailbox: an empêchement, a refusal by SANTORIN; each once."""

import httpx2
import pytest

from acces.acteur import Role
from testkit.eventually import eventually

BOUNCE = """\
Return-Path: <>
From: MAILER-DAEMON@relay.invalid
To: {to}
Subject: Undelivered Mail Returned to Sender

550 5.1.1 user unknown
"""


class Mailbox:
    """Of one établissement."""

    def __init__(self, product, courriel):
        self._product, self.courriel = product, courriel

    def mailed(self):
        return [one.message for one in self._product.smtp.mailed if one.recipients == (self.courriel,)]

    def senders(self):
        return [one.sender for one in self._product.smtp.mailed if one.recipients == (self.courriel,)]

    async def letter(self, number):
        """The words of that letter, once it is there."""

        async def arrived():
            return len(self.mailed()) >= number

        await eventually(arrived, timeout=90, because=f"letter {number} has come")
        return self.mailed()[number - 1].get_body(("plain",)).get_content()


async def convoke(product, acteur_of, lycee, numero):
    async with httpx2.AsyncClient(base_url=product.url, timeout=30, trust_env=False) as http:
        api = product.api(http, acteur_of(Role.CHEF, lycee))
        body = {"intervenants": [numero], "dates": [product.soon]}
        answer = await api.post(f"/api{lycee.mission('HG')}/convocations", body, key=f"{lycee.uai}-{numero}")
    return answer["convocations"][0]["convocation_id"]


async def reports(person, numero, convocation):
    page = await person(Role.INTERVENANT, sub=numero)
    await page.goto(f"/convocations/{convocation}/empechement")
    await page.get_by_role("textbox", name="Motif de l’empêchement").fill("Raison de santé")
    await page.get_by_role("button", name="Signaler l’empêchement").click()
    await page.get_by_text("Succès : Empêchement signalé").wait_for()


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_page_fits_says_that_an_address_is_missing_and_leads_to_where_it_is_given(
    product, person, no_violation, width
):
    lycee = product.etablissement()
    page = await person(Role.CHEF, lycee, width=width)
    await page.goto(f"/suivi/{lycee.uai}")
    await page.get_by_role("link", name="Avis à l’établissement").click()
    await page.get_by_text("Aucune adresse").wait_for()
    await no_violation(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.get_by_role("link", name="Renseigner le courriel de l’établissement").click()
    await page.get_by_role("heading", name="Coordonnées de l’établissement").wait_for()


async def test_an_empechement_and_a_refusal_reach_the_mailbox_once_each_and_the_page_says_when(
    product, person, acteur_of, no_violation
):
    lycee = product.etablissement()
    mailbox = Mailbox(product, f"ce.{lycee.uai.lower()}@ac-exemple.invalid")
    chef = await person(Role.CHEF, lycee)
    await chef.goto(f"/coordonnees/{lycee.uai}")
    await chef.get_by_label("Courriel").fill(mailbox.courriel)
    await chef.get_by_role("button", name="Enregistrer les coordonnées").click()
    await chef.goto(f"/avis/{lycee.uai}")
    await chef.get_by_label("Quand prévenir l’établissement").select_option("Aussitôt")
    await chef.get_by_role("button", name="Enregistrer").click()
    await chef.get_by_text("Succès : Réglage enregistré").wait_for()
    assert "est ouvert" in await mailbox.letter(1), "the opening was there to tell"

    numero = product.numero(lycee, "1000")
    convocation = await convoke(product, acteur_of, lycee, numero)
    await reports(person, numero, convocation)
    second = await mailbox.letter(2)
    assert f"{product.url}/convocations/{convocation}/empechement/traiter" in second
    assert ("santé" in second, numero in second) == (False, False)

    await product.santorin_answers(refuse_percent=100)
    third = await mailbox.letter(3)
    assert "SANTORIN refuse l’accès" in third
    assert "empêchement :" not in third, "what was told is not told again"

    await product.santorin_answers(refuse_percent=100)
    other = product.numero(lycee, "0100")
    await reports(person, other, await convoke(product, acteur_of, lycee, other))
    fourth = await mailbox.letter(4)
    assert "SANTORIN" not in fourth
    assert fourth.count("\n- ") == 1
    await chef.goto(f"/avis/{lycee.uai}")
    await eventually(lambda: _told(chef, 4), timeout=60, because="the page says when each was told")
    await no_violation(chef)
    assert len(mailbox.mailed()) == 4

    (product.bounces / "lettre.eml").write_text(BOUNCE.format(to=mailbox.senders()[-1]), encoding="utf-8")
    await eventually(lambda: _shown(chef, "mail revenu"), timeout=60, because="what came back is told")


async def _shown(page, words):
    await page.reload()
    return await page.get_by_text(words).count()


async def _told(page, number):
    await page.reload()
    return await page.get_by_text("dit le").count() == number
