"""The integrators' site in a real Chromium under a strict policy: all is visible, nothing comes from elsewhere."""

import functools
import http.server
import json
import re
import threading
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe

from event_schemas import __main__ as command
from event_schemas.catalogue import EVENT_TYPES, TOPICS
from event_schemas.json_schemas import body_schema, schemas
from event_schemas.pages import fields

POLICY = "default-src 'self'"


class _Strict(http.server.SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "site"
    assert command.main(["site", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def site(folder):
    """The address of the site, served as any static host would, with the policy."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Strict, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium, site):
    """A page of a browser that forgives nothing: no complaint on the console, no request to another host."""
    context = await chromium.new_context(base_url=site, locale="fr-FR", viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    complaints, hosts = [], set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    yield page
    await context.close()
    assert complaints == []
    assert hosts == {urlsplit(site).netloc}


def html(folder):
    return sorted(folder.glob("*.html"))


async def test_every_topic_event_field_schema_and_example_is_on_the_page(page):
    answer = await page.goto("/index.html")
    assert answer.headers["content-security-policy"] == POLICY
    for topic in TOPICS.values():
        section = page.get_by_role("region", name=topic.name, exact=True)
        assert await section.is_visible()
        shown = await section.inner_text()
        assert all(field.path in shown for field in fields(body_schema(topic)))
        assert all(group in shown for group in topic.readers.values())
    for ce_type in EVENT_TYPES:
        assert await page.get_by_role("heading", name=ce_type).is_visible()
    for name in schemas():
        assert await page.get_by_role("link", name=f"json/{name}.schema.json").is_visible()
    examples = page.locator("details")
    for number in range(await examples.count()):
        await examples.nth(number).locator("summary").click()
        assert json.loads(await examples.nth(number).locator("pre").inner_text())
    assert await examples.count() > len(EVENT_TYPES)


async def test_every_page_is_reached_from_the_menu_and_axe_finds_nothing(page, folder):
    await page.goto("/index.html")
    links = page.get_by_role("navigation").get_by_role("link")
    targets = [await links.nth(number).get_attribute("href") for number in range(await links.count())]
    assert sorted(targets) == [file.name for file in html(folder)]
    for target in targets:
        await page.goto(f"/{target}")
        assert await page.get_by_role("heading", level=1).count() == 1
        found = await Axe().run(page)
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]] == [], target


async def test_a_narrow_screen_scrolls_tables_and_not_the_page(page, folder):
    await page.set_viewport_size({"width": 320, "height": 800})
    for file in html(folder):
        await page.goto(f"/{file.name}")
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, file.name


def test_every_link_leads_to_a_file_of_the_site_and_no_page_has_a_script(folder):
    for file in html(folder):
        text = file.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r"\son\w+=|\sstyle=|javascript:", text)
        for link in re.findall(r'(?:href|src)="([^"]*)"', text):
            target = urlsplit(urljoin(f"/{file.name}", link))
            assert not target.netloc, (file.name, link)
            linked = folder / target.path.lstrip("/")
            assert linked.is_file(), (file.name, link)
            if target.fragment:
                assert f'id="{target.fragment}"' in linked.read_text(encoding="utf-8"), (file.name, link)


def test_every_link_of_the_pages_leads_to_a_file_of_the_clone():
    docs = command.ROOT.parent / "docs" / "integrateurs"
    for file in sorted(docs.glob("*.md")):
        for link in re.findall(r"\]\(([^)]+)\)", file.read_text(encoding="utf-8")):
            assert (docs / link.partition("#")[0]).exists(), (file.name, link)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys):
    (tmp_path / "mine.txt").write_text("kept")
    assert command.main(["site", str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
    for wrong in (["site"], ["check", str(tmp_path)]):
        with pytest.raises(SystemExit, match="2"):
            command.main(wrong)
