"""The running product with some invented lycées, and people at a real browser."""

import asyncio
import io
import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from PIL import Image, ImageDraw
from playwright.async_api import expect

from acces.acteur import Acteur, Role
from acces.session import cookie_name
from convocation.avertissements.calendrier import calendrier
from convocation.avertissements.domain import Lieu, sur_les_jours
from event_schemas import uai
from event_schemas.identities import mission_id
from imagin_dev.cyclades import inscriptions_file
from imagin_dev.cyclades.closings import TYPE
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import ADMINISTRATEUR, People, gestionnaire
from imagin_dev.demo.provider import DemoProvider
from imagin_dev.santorin.simulator import Behaviour, Santorin
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION
from testkit.programs import find_program
from testkit.smtp import MailServer

COOKIE = cookie_name(secure=False)
SESSION, ACADEMIE, LYCEES = "2020-E3C1", "10", 220
expect.set_options(timeout=20_000)  # a machine may be slow; on a quick one it costs nothing
SANTORIN_URL = "https://santorin.invalid/entree/{acces}"
EPREUVES = [
    ("HG", "Histoire-géographie", "GENERALE", 70),
    ("HLP", "Humanités, littérature et philosophie", "GENERALE", 30),
    ("LVB-POR", "Langue vivante B : portugais", "COMMUNE", 3),
]


GRAND = [
    ("HG", "Histoire-géographie", "GENERALE", 180),
    ("HG", "Histoire-géographie", "TECHNOLOGIQUE", 70),
    ("MATHS", "Mathématiques", "TECHNOLOGIQUE", 70),
    ("ENSSCI", "Enseignement scientifique", "GENERALE", 180),
    ("LVA-ANG", "Langue vivante A : anglais", "COMMUNE", 240),
    ("LVB-ESP", "Langue vivante B : espagnol", "COMMUNE", 150),
    ("LVB-ALL", "Langue vivante B : allemand", "COMMUNE", 60),
    ("LVB-ITA", "Langue vivante B : italien", "COMMUNE", 40),
    ("HLP", "Humanités, littérature et philosophie", "GENERALE", 60),
    ("HGGSP", "Histoire-géographie, géopolitique et sciences politiques", "GENERALE", 70),
    ("SES", "Sciences économiques et sociales", "GENERALE", 70),
    ("SVT", "Sciences de la vie et de la Terre", "GENERALE", 70),
    ("PC", "Physique-chimie", "GENERALE", 70),
]
"""With the numérisation, the fourteen missions of a large lycée."""


# A browser logs every refusal (4xx) and a lost network as errors: those a test asks for are its own business.
# The provider's page asks for a font of another host; ours could not (CSP).
_EXPECTED = (
    "net::ERR_NAME_NOT_RESOLVED",
    "the server responded with a status of 4",
    "net::ERR_INTERNET_DISCONNECTED",
    "htmx:error",
)


@dataclass(frozen=True)
class Lycee:
    """An invented lycée that one test has for itself."""

    uai: str

    def mission(self, code):
        voie = {"NUMERISATION": "COMMUNE", "LVB-POR": "COMMUNE"}.get(code, "GENERALE")
        return f"/missions/{mission_id(SESSION, self.uai, voie, code)}"


def _closing(number, wanted=EPREUVES):
    digits = f"069{9000 + number}"
    code = digits + uai.letter(digits)
    epreuves = [
        {"code": code_, "libelle": libelle, "type": "E3C", "voie": voie, "candidats_inscrits": candidats}
        for code_, libelle, voie, candidats in wanted
    ]
    place = {"nom": f"LYCEE FICTIF {number}", "commune": "VILLEFICTIVE", "academie": ACADEMIE}
    closed = "2020-01-10T18:00:00+01:00"
    data = {"session": SESSION, "uai": code, "revision": 1, "cloturee_le": closed}
    data |= {"etablissement": place, "epreuves": epreuves}
    return {"specversion": "1.0", "type": TYPE, "id": code, "source": "/essai", "subject": code, "data": data}


def _plain_day(day):
    """That day, or the first one after it that no warning is told of."""
    while sur_les_jours(calendrier(), [day], Lieu(ACADEMIE, "0699000A"), SESSION, day):
        day += timedelta(days=1)
    return day


class Product:
    """`etablissement()` hands out a lycée nobody has used and in which no two teachers bear one name."""

    def __init__(self, stack, people, lycees, smtp, bounces, provider):
        self.provider = provider
        self.stack, self.people, self._lycees = stack, people, iter(lycees)
        self.smtp, self.bounces = smtp, bounces
        self.url = stack.url(CONVOCATION)
        self.soon = _plain_day((datetime.now(UTC) + timedelta(days=40)).date()).isoformat()

    def etablissement(self):
        return next(one for one in self._lycees if not self._namesakes(one))

    def _teachers(self, lycee):
        return [one for one in self.people.by_academie[ACADEMIE] if lycee.uai in {one.uai, *one.uais_secondaires}]

    def _namesakes(self, lycee):
        names = [(one.nom, one.prenom) for one in self._teachers(lycee)]
        return len(names) - len(set(names))

    def of(self, lycee, discipline):
        """Invented teachers of a discipline in a lycée (main or secondary post), by name."""
        return sorted(f"{one.nom} {one.prenom}" for one in self._teachers(lycee) if discipline in one.disciplines)

    def numero(self, lycee, discipline):
        return next(
            one.numero
            for one in self.people.by_academie[ACADEMIE]
            if one.uai == lycee.uai and discipline in one.disciplines
        )

    async def santorin_answers(self, **behaviour):
        """SANTORIN reads every right there is and answers it."""
        await Santorin(self.stack.kafka_connection, Behaviour(**behaviour)).run(lambda _: None, until_idle_seconds=1)

    async def cookie(self, acteur):
        """Of a new session, as a sign-in opens it."""
        value = await self.stack.session(acteur)
        return {"name": COOKIE, "value": value, "url": self.url, "sameSite": "Lax", "httpOnly": True}

    async def end_sessions(self):
        """As if nobody had acted in any for hours."""
        connection = await asyncpg.connect(self.stack.databases[CONVOCATION.name])
        await connection.execute("UPDATE entree SET vue_le = vue_le - interval '5 hours'")
        await connection.close()

    def api(self, http, acteur):
        return scenario.Api.by_token(http, self.stack.token(acteur))


def acteur(role, lycee=None, sub=""):
    uais = frozenset({lycee.uai}) if lycee and role in {Role.CHEF, Role.DELEGUE} else frozenset()
    academies = frozenset() if role is Role.INTERVENANT else frozenset({ACADEMIE})
    return Acteur(
        sub or f"{role.value}.{lycee.uai if lycee else ACADEMIE}", role, f"Essai {role.value}", uais, academies
    )


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def product():
    """Stopped after the last test of this folder: idle it takes an eighth of a core from all others."""
    folder = Path(tempfile.mkdtemp(prefix="imagin-screens-"))
    grand = _closing(LYCEES, GRAND)
    closings = inscriptions_file.of_events([*(_closing(number) for number in range(LYCEES)), grand])
    people = People.of(closings)
    smtp, bounces = MailServer(), folder / "retours"
    smtp.start()
    bounces.mkdir()
    settings = {
        "CONVOCATION_SANTORIN_URL": SANTORIN_URL,
        "CONVOCATION_AVIS_SETTLE_MINUTES": "0",
        "NOTIFIER_SMTP_URL": smtp.url,
        "NOTIFIER_BOUNCE_ADDRESS": "retour@imagin.invalid",
        "NOTIFIER_BOUNCE_DIR": str(bounces),
        "NOTIFIER_BOUNCE_POLL_SECONDS": "0.5",
        "NOTIFIER_LETTER_POLL_SECONDS": "0.5",
    }
    provider = DemoProvider(folder, people)
    async with provider, Stack(folder, given=False, settings=settings | provider.settings) as stack:
        await scenario.close_registration(stack, closings)
        await scenario.prepare(stack, people, [SESSION])
        async with scenario.client(stack) as http:
            api = scenario.Api.by_token(http, stack.token(gestionnaire(ACADEMIE)))
            contact = {"nom": "Dominique EXEMPLE", "courriel": "gestionnaire@ac-exemple.invalid"}
            contact |= {"telephone": "04 00 00 00 00", "horaires": "du lundi au vendredi, 9 h – 17 h"}
            await api.put(f"/api/academies/{ACADEMIE}/contact", contact)
        lycees = [Lycee(one.uai) for one in closings if one.uai != grand["data"]["uai"]]
        product = Product(stack, people, lycees, smtp, bounces, provider)
        product.grand = Lycee(grand["data"]["uai"])
        yield product
    smtp.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(loop_scope="session")
async def person(product, chromium):
    """`page = await person(Role.CHEF, lycee)`: signed in, in a browser of her own; no console error is forgiven."""
    contexts, complaints = [], []

    async def sit_down(role, lycee=None, *, sub="", script=True, width=1280):
        context = await chromium.new_context(
            base_url=product.url, java_script_enabled=script, viewport={"width": width, "height": 1000}, locale="fr-FR"
        )
        contexts.append(context)
        if role is not None:
            await context.add_cookies([await product.cookie(acteur(role, lycee, sub))])
        page = await context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield sit_down
    for context in contexts:
        await context.close()
    assert [one for one in complaints if not any(known in one for known in _EXPECTED)] == []


async def axe_finds_nothing(page):
    found = await Axe().run(page)
    violations = found.response["violations"]
    told = [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in violations]
    assert not told, json.dumps(told, ensure_ascii=False, indent=1)


@pytest.fixture(scope="session")
def acteur_of():
    """Who acts: `acteur_of(Role.CHEF, lycee)`."""
    return acteur


@pytest.fixture(scope="session")
def no_violation():
    return axe_finds_nothing


@pytest.fixture(scope="session")
def pdf_text():
    """`text = await pdf_text(path)`: what a second program reads in a PDF."""
    pdftotext = find_program("pdftotext", "poppler-utils")

    async def read(path):
        process = await asyncio.create_subprocess_exec(
            pdftotext, "-layout", str(path), "-", stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output.decode()

    return read


@pytest.fixture(scope="session")
def signature_png():
    """Some ink on white."""
    image = Image.new("RGB", (300, 120), "white")
    ImageDraw.Draw(image).line([(20, 90), (90, 20), (150, 100), (280, 40)], fill="navy", width=5)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def administrateur():
    return ADMINISTRATEUR
