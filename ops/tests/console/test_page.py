"""The console in a real browser: what a screen reader finds, narrow and dark, and a console that no longer answers."""

import asyncio
import contextlib
import re

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from imagin_ops.console.app import create_app
from imagin_ops.console.samples import Series, Snapshot
from imagin_ops.console.settings import ConsoleSettings
from imagin_ops.console.sources import Alert
from imagin_ops.console.watching import Watch
from imagin_ops.services import SERVICES
from testkit.eventually import eventually
from testkit.ports import free_port

PAGE = "# Alertes\n\n## ImaginServiceAbsent\n\n*Critique.*\n\n```sh\n./imagin status\n```\n"
LONG = "une-adresse-sans-un-espace-" * 5


class Much:
    """A source: thirty processes of convocation, one of notifier away, labels as odd as they come."""

    def __init__(self):
        self._at = 1_000.0

    async def look(self):
        self._at += 30
        found = {Series("up", one.name, "h:1"): float(one.name != "notifier") for one in SERVICES}
        found |= {Series("up", "convocation", f"h:{number}"): 1.0 for number in range(30)}
        found[Series("imagin_database_up", "mission-import", "h:1")] = 0.0
        found[Series("imagin_mails_waiting", "santorin-bridge", "h:1")] = 1.0
        found[Series("imagin_convocations", "convocation", "h:1", (("academie", f"<b>{LONG}</b>"),))] = 1e14
        found[Series("imagin_events_total", "convocation", "h:1")] = self._at % 90
        return Snapshot.of(self._at, found.items())

    async def past(self):
        return [await self.look() for _ in range(9)]

    async def alerts(self):
        return [Alert("ImaginSauvegardeAncienne", False, f"<script>alert(1)</script> {LONG}")]

    async def close(self):
        pass


@pytest.fixture
async def console(tmp_path):
    """Its address."""
    file = tmp_path / "alertes.md"
    file.write_text(PAGE, encoding="utf-8")
    port = free_port()
    app = create_app(Watch(Much()), ConsoleSettings(runbook_file=file))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, because="the console answers")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
async def browse(chromium, console):
    """`page = await browse(path, …)`; the options are those of a context. A script that fails is a fault."""
    complaints = []
    async with contextlib.AsyncExitStack() as opened:

        async def open_page(path="/", **options):
            context = await chromium.new_context(base_url=console, locale="fr-FR", **options)
            opened.push_async_callback(context.close)
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(path)
            return page

        yield open_page
    assert complaints == []


@pytest.mark.parametrize(("widths", "scheme"), [((320, 640), "light"), ((1280, 1920), "dark")])
async def test_axe_finds_nothing_and_nothing_stands_out(browse, widths, scheme):
    """320 and 640 are also 1280 at 400 % and 200 %."""
    for path in ("/", "/alertes/ImaginServiceAbsent"):
        page = await browse(path, viewport={"width": widths[0], "height": 900}, color_scheme=scheme)
        found = await Axe().run(page)
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found.response["violations"]] == []
        for width in widths:
            await page.set_viewport_size({"width": width, "height": 900})
            over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await page.evaluate(over) == 0, (path, width)


async def gone(route):
    await route.abort()


async def test_a_console_that_answers_no_more_says_so_on_the_page_and_takes_it_back(browse):
    page = await browse()
    badge = page.get_by_role("status")
    await expect(badge).to_have_text("3 choses à regarder")
    for answer in (lambda route: route.fulfill(status=502, content_type="text/html", body="<p>Bad gateway</p>"), gone):
        await page.route("**/", answer)
        await expect(badge).to_have_text("La console ne répond plus")
        await expect(page).to_have_title("La console ne répond plus")
        await expect(page.get_by_role("heading", name="SANTORIN")).to_be_visible()
        assert await page.locator("[data-panne]").count() == 0
        await page.unroute("**/")
        await expect(badge).to_have_text("3 choses à regarder")
        await expect(page).to_have_title(re.compile("^3 choses"))
        assert await page.locator(".im-console--muette").count() == 0


async def test_by_keyboard_the_link_keeps_the_focus_while_the_page_is_renewed_and_opens_the_runbook(browse):
    page = await browse()
    link = page.get_by_role("link", name="Que faire : ImaginServiceAbsent").first
    await link.focus()
    before = await page.get_by_text("Vu à").text_content()
    await expect(page.get_by_text("Vu à")).not_to_have_text(before)
    await expect(link).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="ImaginServiceAbsent", level=1)).to_be_visible()
    await page.get_by_role("link", name="Revenir à la console").press("Enter")
    await expect(page.get_by_role("heading", name="Console d’exploitation")).to_be_visible()


async def test_without_script_all_of_it_is_there_and_the_browser_renews_it(browse):
    page = await browse(java_script_enabled=False)
    assert await page.locator("noscript meta[http-equiv=refresh]").count() == 1
    assert await page.get_by_role("row", name=re.compile("^convocation")).count() == 30
