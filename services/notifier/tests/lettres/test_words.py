"""The letter as it is read, word for word. To approve a change: `IMAGIN_UPDATE_SNAPSHOTS=1 ./imagin test …`."""

import os
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe

from notifier.gateways.composition import compose_lettre

SNAPSHOTS = Path(__file__).parent / "snapshots"
WORD = "x" * 300


@pytest.fixture
def read(identity):
    def made(lettre):
        message = compose_lettre(lettre, message_id="<5f0c@imagin.invalid>", sender=identity.sender)
        return message_from_bytes(bytes(message), policy=default)

    return made


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_letter_is_the_one_that_was_read_and_approved(read, lettre, kind):
    message = read(lettre)
    heads = [f"{key}: {value}" for key, value in message.items() if key not in {"Content-Type", "MIME-Version"}]
    text = "\n".join([*heads, "", message.get_body([kind]).get_content()]).replace("\r\n", "\n")
    file = SNAPSHOTS / f"lettre.{'txt' if kind == 'plain' else 'html'}"
    if os.environ.get("IMAGIN_UPDATE_SNAPSHOTS"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_of_two_sessions_the_subject_names_both_and_one_point_is_one(read, lettre):
    one = lettre._replace(points=lettre.points[:1])
    assert "1 point à voir pour LYCEE FICTIF, session 2020-E3C1" in read(one)["Subject"]
    two = lettre._replace(points=(lettre.points[0], lettre.points[1]._replace(session="2020-E3C2")))
    assert read(two)["Subject"].endswith("sessions 2020-E3C1 et 2020-E3C2")


def rappel(lettre, texte):
    return lettre._replace(points=(lettre.points[0]._replace(titre="Rappel du rectorat", texte=texte),))


def test_a_reminder_of_the_rectorat_is_written_as_it_was_worded(read, lettre):
    message = read(rappel(lettre, "Il reste <b>3</b> missions.\n\nMerci.\r\nLe rectorat"))
    assert message["Subject"] == "IMAG’IN : rappel du rectorat pour LYCEE FICTIF, session 2020-E3C1"
    plain = message.get_body(["plain"]).get_content().replace("\r\n", "\n")
    assert "Le rectorat écrit à LYCEE FICTIF, LYON (0699001J).\n\nRappel du rectorat\n\nIl reste <b>3</b>" in plain
    assert "missions.\n\nMerci.\n\nLe rectorat\n\n- Une personne" in plain
    html = message.get_body(["html"]).get_content()
    assert "<p>Il reste &lt;b&gt;3&lt;/b&gt; missions.</p><p>Merci.</p><p>Le rectorat</p>" in html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 800])
async def test_nobody_is_kept_out_of_it_whatever_the_colours_and_the_width(chromium, read, lettre, scheme, width):
    context = await chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 640})
    page = await context.new_page()
    long = lettre._replace(nom=WORD, points=tuple(one._replace(phrase=WORD, titre=WORD) for one in lettre.points))
    for which in (lettre, long, rappel(long, WORD)):
        await page.set_content(read(which).get_body(["html"]).get_content())
        found = (await Axe().run(page)).response["violations"]
        assert [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]] == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await context.close()
