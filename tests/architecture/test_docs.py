"""What the Markdown pages say of this project is there: files and anchors they link to, tests they name."""

import re
import subprocess
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
MARKDOWN = MarkdownIt("commonmark").enable("table")
WIDEST_CELL = 200


def tracked(*patterns):
    found = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in sorted(found.stdout.splitlines()) if (ROOT / line).is_file()]


PAGES = tracked("*.md")
MAINTAINED = [page for page in PAGES if not page.is_relative_to(ROOT / "docs") or "architecture" in page.parts]
"""README files and docs/architecture: read by newcomers, so their tables stay narrow."""


def names(pages):
    return [str(page.relative_to(ROOT)) for page in pages]


@cache
def tokens(page):
    return MARKDOWN.parse(page.read_text(encoding="utf-8"))


def inline(page):
    return [child for token in tokens(page) for child in token.children or []]


def links(page):
    targets = [child.attrs.get("href") or child.attrs.get("src") for child in inline(page)]
    return [str(target) for target in targets if target and ":" not in str(target)]


@cache
def anchors(page):
    """As the forges make them: lower case, spaces to hyphens, no punctuation."""
    headings = [content for head, content in zip(tokens(page), tokens(page)[1:], strict=False) if head.tag[:1] == "h"]
    texts = ["".join(child.content for child in content.children or []) for content in headings]
    return {re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", text).lower()).replace(" ", "-") for text in texts}


def broken(page, link):
    target, _, anchor = link.partition("#")
    file = (page.parent / target) if target else page
    if not file.exists():
        return True
    return bool(anchor) and anchor not in anchors(file.resolve())


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_link_leads_to_a_file_and_an_anchor(page):
    assert [link for link in links(page) if broken(page, link)] == []


def test_a_broken_link_or_anchor_is_seen(tmp_path):
    page = tmp_path / "a.md"
    page.write_text("# One thing\n\n[x](#one-thing) [y](#another) [z](b.md) ![p](c.png) [w](https://example.org/x)\n")
    assert [link for link in links(page) if broken(page, link)] == ["#another", "b.md", "c.png"]


def test_every_test_that_a_page_names_exists():
    sources = "\n".join(file.read_text(encoding="utf-8") for file in tracked("*test_*.py"))
    existing = set(re.findall(r"def (test_\w+)", sources))
    named = {name for page in PAGES for name in re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8"))}
    assert named - existing == set()


@pytest.mark.parametrize("page", MAINTAINED, ids=names(MAINTAINED))
def test_no_cell_of_a_table_is_a_paragraph(page):
    text = re.sub(r"\]\([^)]*\)", "]", page.read_text(encoding="utf-8"))  # as it is read, without addresses of links
    cells = [cell.strip() for line in text.splitlines() if line.startswith("|") for cell in line.split("|")]
    assert [cell[:60] for cell in cells if len(cell) > WIDEST_CELL] == []


def test_every_decision_is_in_the_table_and_says_what_enforces_it():
    folder = ROOT / "docs" / "decisions"
    table = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(folder.glob("0*.md"))
    assert [page.name for page in pages if f"]({page.name})" not in table] == []
    assert [page.name for page in pages if "\nEnforced by:" not in page.read_text(encoding="utf-8")] == []


def test_every_import_contract_that_a_decision_names_exists():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["name"] for contract in config["tool"]["importlinter"]["contracts"]}
    ends = [page.read_text(encoding="utf-8").rpartition("Enforced by:")[2] for page in tracked("docs/decisions/0*.md")]
    assert {name for end in ends for name in re.findall(r'"([^"]+)"', end)} <= contracts


def test_every_file_that_the_architecture_pages_name_exists():
    text = "\n".join(page.read_text(encoding="utf-8") for page in tracked("docs/architecture/*.md"))
    named = set(re.findall(r"`((?:services|libs|schemas)/[\w./-]+\.\w+)`", text))
    assert [file for file in sorted(named) if not (ROOT / file).is_file()] == []
