"""The integrators' site: the AsyncAPI document, schemas, examples and pages as plain HTML (docs/decisions/0019).

No script, no request to another host. jinja2 and markdown-it-py are of the `site` extra: no service imports this.
"""

import json
import re
import shutil
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
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
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def write(root: Path, folder: Path) -> None:
    """The whole site into `folder`, from the clone whose `schemas` folder is `root`."""
    docs = root.parent / FOLDER
    readme = (docs / _README).read_text(encoding="utf-8")
    sources = [docs / name_ for name_ in (_README, *re.findall(r"\]\(([a-z-]+\.md)\)", readme))]  # in its order
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("json", "examples"):
        shutil.copytree(root / part, folder / part)
    shutil.copytree(docs / "lecteurs", folder / "lecteurs", ignore=shutil.ignore_patterns("__pycache__", "target"))
    shutil.copytree(docs / "openapi", folder / "openapi")
    for name_ in documents():
        shutil.copyfile(root / name_, folder / name_)
    (folder / "schemas").mkdir()  # where `ce_dataschema` leads, which knows an event's type
    for ce_type, event in EVENT_TYPES.items():
        body = root / "json" / f"{name(TOPICS[event.topic])}.schema.json"
        shutil.copyfile(body, folder / "schemas" / f"{ce_type}.json")
    for static in ("site.css", "icone.svg"):
        (folder / static).write_bytes(files("event_schemas").joinpath(_FILES, static).read_bytes())
    texts = {html_name(page.name): page.read_text(encoding="utf-8") for page in sources}
    menu = {"index.html": "Le contrat"} | {page: _title(text) for page, text in texts.items()}
    template = _template()
    contract = template.render(page="index.html", menu=menu, body=None, **_contract())
    (folder / "index.html").write_text(contract, encoding="utf-8")
    for page, text in texts.items():
        (folder / page).write_text(template.render(page=page, menu=menu, body=_html(text)), encoding="utf-8")


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


def _html(text: str) -> str:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        _point_into_the_site(token.children or [])
    for opening, inside in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrs["id"] = _place(inside.content)
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _place(heading: str) -> str:
    """What stands after the # of an address that leads to this heading: a refusal's short word is itself."""
    return re.sub(r"[^\w-]+", "-", heading.lower()).strip("-")


def _point_into_the_site(tokens: list[Token]) -> None:
    """Links of the pages lead to files of the clone; the site has those files beside the page."""
    for token in tokens:
        if token.type == "link_open":
            link = str(token.attrs["href"]).removeprefix("../../schemas/")
            examples = re.fullmatch(r"examples/([^/]+)/", link)
            token.attrs["href"] = f"index.html#{examples[1]}" if examples else _page_of(link)


def _page_of(link: str) -> str:
    return html_name(link) if "/" not in link and link.endswith(".md") else link
