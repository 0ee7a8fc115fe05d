"""The documentation site: complete, without a broken link, and loading nothing from another host (some seconds)."""

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from chassis.problem import PAGE, kinds
from event_schemas.catalogue import EVENT_TYPES
from imagin_dev.documentation import apis
from imagin_dev.documentation.build import build
from imagin_dev.documentation.sources import pages

ROOT = Path(__file__).parents[2]
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if found.get("id"):
            self.ids.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in LOADING and found.get(LOADING[tag]):
            self.loads.append(found[LOADING[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = build(ROOT, tmp_path_factory.mktemp("site"))
    return {file: Page(file.read_text(encoding="utf-8")) for file in folder.rglob("*.html")}


def outside(address):
    return address.startswith(("http:", "https:", "//"))


def local(page, address):
    """The file an address leads to, and the place in it."""
    target, _, anchor = unquote(address).partition("#")
    return (page.parent / target).resolve() if target else page, anchor


def test_every_link_of_the_site_leads_to_a_file_and_a_place_in_it(site):
    lost = []
    for file, page in site.items():
        if file.name == "404.html":  # served at any address: its links begin at the site's root
            continue
        for address in page.links:
            target, anchor = local(file, address)
            known = site.get(target)
            if outside(address) or address.startswith("mailto:"):
                continue
            if not target.exists() or (anchor and known is not None and anchor not in known.ids | {"__top"}):
                lost.append((file.name, address))
    assert lost == []


def test_each_alert_leads_to_a_place_of_the_site(site):
    rules = (ROOT / "deploy" / "prometheus" / "alertes.yml").read_text(encoding="utf-8")
    addresses = re.findall(r"runbook_url: (\S+)", rules)
    assert len(addresses) >= 20
    root = next(file.parent for file in site if file.name == "404.html")
    places = [local(root / "index.html", address) for address in addresses]
    assert [place for place in places if place[0] not in site or place[1] not in site[place[0]].ids] == []


def test_each_type_of_a_refusal_and_each_schema_of_an_event_leads_to_a_place_of_the_site(site):
    root = next(file.parent for file in site if file.name == "404.html")
    assert set(kinds()) - site[root / PAGE].ids == set()
    schemas = root / "integrateurs" / "schemas"
    assert {file.name for file in schemas.iterdir()} == {f"{ce_type}.json" for ce_type in EVENT_TYPES}


def test_no_page_loads_a_font_a_script_or_an_image_from_another_host(site):
    assert [(file.name, address) for file, page in site.items() for address in page.loads if outside(address)] == []
    styles = [style for file in site for style in file.parent.glob("**/*.css")]
    assert styles
    assert [style.name for style in set(styles) if re.search(r"url\(['\"]?(https?:)?//", style.read_text())] == []


def test_no_page_has_what_the_theme_fetches_a_script_for(site):
    assert [file.name for file in site if re.search(r'class="(mermaid|glightbox|pyodide)', file.read_text())] == []


def test_every_page_of_the_clone_is_in_the_menu():
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    menu = set(re.findall(r"[\w./-]+\.md", str(config["project"]["nav"])))
    assert {str(page) for page in pages(ROOT)} - menu == set()
    assert menu - {str(page) for page in pages(ROOT)} == {f"api/{name}" for name in apis.pages()}


def test_every_operation_and_body_of_each_api_is_on_its_page():
    shown = apis.pages()
    assert set(shown) == {"convocation.md", "mission-import.md", "santorin-bridge.md"}
    for name, text in shown.items():
        document = apis.openapi(name.removesuffix(".md").replace("-", "_"))
        operations = [f"{method.upper()} {path}" for path, found in document["paths"].items() for method in found]
        assert operations
        assert [one for one in operations if f"### `{one}`" not in text] == []
        bodies = document.get("components", {}).get("schemas", {})
        assert [one for one in bodies if f"### {one}\n" not in text] == []
        fields = [f"| `{field}` |" for body in bodies.values() for field in body.get("properties", {})]
        assert [one for one in fields if one not in text] == []
