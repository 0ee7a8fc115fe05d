"""The HTML part in a real browser: nobody is kept out, it fits a telephone, and it asks for nothing from anywhere."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from axe_playwright_python.async_playwright import Axe

from notifier.domain.courrier import Item, Nature

MAILS = ["convocation-correction", "modification-coordinateur", "annulation-numerisation", "melange", "long"]


@pytest.fixture(scope="session")
def html(mails, mail, envoi):
    """`html(name)`: the page; « long » has words longer than a line in every field."""
    word = "x" * 300
    names = ("nom", "prenom", "libelle", "session", "etablissement", "qualite", "observation", "motif", "signataire")
    long = replace(envoi, lien=f"https://imagin.invalid/{word}", **dict.fromkeys(names, word))

    def page(name):
        items = [Item(Nature.ANNULATION, long), Item(Nature.CONVOCATION, long)] if name == "long" else mails[name]
        return message_from_bytes(bytes(mail(items)), policy=default).get_body(["html"]).get_content()

    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 800])
async def test_nobody_is_kept_out_of_a_mail_whatever_the_colours_and_the_width(chromium, html, scheme, width):
    context = await chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 640})
    page = await context.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    for which in MAILS:
        await page.set_content(html(which))
        found = (await Axe().run(page)).response["violations"]
        assert [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]] == [], which
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, which
        assert await page.locator("h1").count() == 1
        assert await page.locator("html").get_attribute("lang") == "fr"
        [link] = await page.get_by_role("link").all()
        assert await link.inner_text() in {"Vos missions", "Vos missions, prise de connaissance, empêchement"}
    await context.close()
    assert (asked, complaints) == ([], [])
