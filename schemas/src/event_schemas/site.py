"""The integrators' site: the AsyncAPI document, schemas, examples and pages as plain HTML (docs/decisions/0019).

No script, no request to another host. jinja2 and markdown-it-py are of the `site` extra: no service imports this.
"""

import json
import re
import shutil
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from posixpath import join, normpath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from event_schemas.asyncapi import documents
from event_schemas.catalogue import EVENT_TYPES, TOPICS, Topic
from event_schemas.json_schemas import body_schema, name, schemas
from event_schemas.pages import FOLDER, fields

_FILES = "site_files"
_README = "README.md"
_KITS, _KITS_PAGE = "kits", "kits.html"
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def write(root: Path, folder: Path) -> None:
    """The whole site into `folder`, from the clone whose `schemas` folder is `root`."""
    docs = root.parent / FOLDER
    readme = (docs / _README).read_text(encoding="utf-8")
    sources = [docs / name_ for name_ in (_README, *re.findall(r"\]\(([a-z-]+\.md)\)", readme))]  # in its order
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("json", "examples"):
        shutil.copytree(root / part, folder / part)
    kits = root.parent / _KITS
    shutil.copytree(kits, folder / _KITS, ignore=shutil.ignore_patterns("__pycache__", "target", _README, ".*"))
    shutil.copytree(docs / "openapi", folder / "openapi")
    for name_ in documents():
        shutil.copyfile(root / name_, folder / name_)
    (folder / "schemas").mkdir()  # where `ce_dataschema` leads, which knows an event's type
    for ce_type, event in EVENT_TYPES.items():
        body = root / "json" / f"{name(TOPICS[event.topic])}.schema.json"
        shutil.copyfile(body, folder / "schemas" / f"{ce_type}.json")
    for static in ("site.css", "icone.svg"):
        (folder / static).write_bytes(files("event_schemas").joinpath(_FILES, static).read_bytes())
    texts = {html_name(page.name): (FOLDER, page.read_text(encoding="utf-8")) for page in sources}
    texts[_KITS_PAGE] = (_KITS, (kits / _README).read_text(encoding="utf-8"))
    menu = {"index.html": "Le contrat"} | {page: _title(text) for page, (_, text) in texts.items()}
    template = _template()
    contract = template.render(page="index.html", menu=menu, body=None, **_contract())
    (folder / "index.html").write_text(contract, encoding="utf-8")
    for page, (place, text) in texts.items():
        (folder / page).write_text(template.render(page=page, menu=menu, body=_html(text, place)), encoding="utf-8")


def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("event_schemas", _FILES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["json"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)
    environment.filters["code"] = _with_code
    return environment.get_template("site.html")


def _with_code(text: str) -> Markup:
    """A sentence of the contract: what stands between ` is a word of a program."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  # the text is escaped


def _contract() -> dict[str, Any]:
    """What index.html shows."""
    public, internal = documents().values()
    messages = public["components"]["messages"] | internal["components"]["messages"]
    return {
        "info": public["info"],
        "headers": next(iter(messages.values()))["headers"],
        "messages": {name: one for name, one in messages.items() if "x-mode" not in one},
        "schemas": [(*one.rpartition(".")[::2], f"json/{one}.schema.json") for one in schemas()],
        "topics": [_topic(topic) for topic in TOPICS.values()],
        "event_types": EVENT_TYPES,
    }


def _topic(topic: Topic) -> dict[str, Any]:
    body = body_schema(topic)
    rows = [(field, _kind_of_value(field.schema)) for field in fields(body)]
    return {"topic": topic, "fields": rows, "schema": name(topic), "about": body.get("description", "")}


def _kind_of_value(schema: dict[str, Any]) -> str:
    """`string (uuid)`, `date or null`, the values of a closed list."""
    if "anyOf" in schema:
        return " ou ".join(_kind_of_value(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " · ".join(map(str, schema["enum"]))
    if "items" in schema:
        return f"liste de {_kind_of_value(schema['items'])}"
    bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema]
    return ", ".join([str(schema.get("format", schema["type"])), *bounds])


_BOUNDS = {"pattern": "de forme", "minLength": "longueur ≥", "maxLength": "longueur ≤", "minimum": "≥", "maximum": "≤"}


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ")


def html_name(page: str) -> str:
    """The site's file for a page of the kit."""
    return "kit.html" if page == _README else page.removesuffix(".md") + ".html"


def _html(text: str, place: str) -> str:
    """`place`: the folder of the clone where the page lies."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        _point_into_the_site(token.children or [], place)
    for opening, inside in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrs["id"] = _place(inside.content)
    page = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
    return page.replace("<pre>", '<pre tabindex="0">')  # what scrolls is reached by keyboard


def _place(heading: str) -> str:
    """What stands after the # of an address that leads to this heading: a refusal's short word is itself."""
    return re.sub(r"[^\w-]+", "-", heading.lower()).strip("-")


def _point_into_the_site(tokens: list[Token], place: str) -> None:
    """Links of the pages lead to files of the clone; the site has those files beside the page."""
    for token in tokens:
        if token.type == "link_open":
            target, hash_, anchor = str(token.attrs["href"]).partition("#")
            token.attrs["href"] = (_in_the_site(normpath(join(place, target))) if target else "") + hash_ + anchor


def _in_the_site(file: str) -> str:
    """Where the site has what lies in the clone as `file`."""
    examples = re.fullmatch(r"schemas/examples/([^/]+)", file)
    if examples:
        return f"index.html#{examples[1]}"
    if file == f"{_KITS}/{_README}":
        return _KITS_PAGE
    within = file.removeprefix("schemas/").removeprefix(f"{FOLDER}/")
    return html_name(within) if "/" not in within and within.endswith(".md") else within
