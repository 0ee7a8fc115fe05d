"""Requests that nobody sends in good faith, to the four services: none is answered by an error of ours.

What the OpenAPI documents tell is asked by schemathesis, pages and what needs no acteur by their routes; both with the
ids of what exists, as everybody who may act. `IMAGIN_TEST_CASES` has schemathesis draw more cases than 800, and
`IMAGIN_TEST_SEED` others.
"""

import asyncio
import json
import os
import random
import re
import time
from collections import Counter, defaultdict
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from starlette.routing import Mount, Route

from imagin_dev.documentation.apis import application
from imagin_ops.output import say
from imagin_ops.services import SERVICES

CASES = int(os.environ.get("IMAGIN_TEST_CASES", "800"))
SEED = int(os.environ.get("IMAGIN_TEST_SEED", "20203"))
A_ROUND = 25  # cases of one operation before the next has its turn
PEOPLE = ("administrateur", "gestionnaire", "chef", "session", "intervenant")
BROWSER = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
FORM = "application/x-www-form-urlencoded"
IN_PATH = r"{(\w+)(?::path)?}"
ANNOUNCED = {"incertain", "pas-a-jour"}
"""The bridge's 503: it knows less than was told."""
HOSTILE = (
    *("", "0", "-1", "1e309", "NaN", "²", "9" * 5_000, str(2**31), str(2**63)),
    *("0001-01-01", "9999-12-31", "2020-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *("\x00", "\ud800", "\u202eabc", "\u200b", "\ufffd", "e\u0301" * 500, "\U0010ffff", "A" * 20_000),
    *("'\";--", "%_\\", "<script>alert(1)</script>", "../../etc/passwd", "\r\nX-Injected: 1", "=1+1", "[]"),
    *("00000000-0000-0000-0000-000000000000", "0699001J", "9999-E3C9"),
)


@dataclass
class Asked:
    """One request as it goes out, and the route that it is for."""

    method: str
    route: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    case: object = None
    """schemathesis's, where the document tells what is answered."""


class Sent(HTMLParser):
    """What the forms and links of a page would send: (path, name, value)."""

    def __init__(self, page):
        super().__init__()
        self._page, self.found = page, [(page, "page", "1")]
        self._form = page

    def handle_starttag(self, tag, attrs):
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = urlsplit(told.get("action") or self._page).path
        if tag in {"input", "button", "select", "textarea", "option"} and told.get("name"):
            self.found.append((self._form, told["name"], told.get("value", "")))
        to = urlsplit(told.get("href", ""))
        self.found += [(to.path or self._page, name, value) for name, value in parse_qsl(to.query)]


class Values:
    """What requests are filled with: what there is, what nobody expects, or what was there."""

    def __init__(self, draw):
        self.known, self.draw, self._odd = {}, draw, {}

    def one_in(self, times):
        return self.draw.randrange(times) == 0

    def real(self, name):
        return self.draw.choice(self.known.get(name) or ["x"])

    def of(self, name, *, strange):
        """A text for `name`, an odd one one time in `strange`."""
        return self.draw.choice(HOSTILE) if self.one_in(strange) else self.real(name)

    def sent_by(self, route):
        return self.known.get(f"sent by {route}", [])

    def next_odd(self, route):
        """A name of the route, and what it is for once; every text for every name, before any comes again."""
        if not self._odd.get(route):
            names = re.findall(IN_PATH, route) + self.sent_by(route)
            self._odd[route] = [(name, text) for name in names or [""] for text in HOSTILE]
            self.draw.shuffle(self._odd[route])
        return self._odd[route].pop()

    def season(self, value, name=""):
        """A body of schemathesis with some of its texts replaced."""
        if isinstance(value, dict):
            return {key: self.season(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [self.season(one, name) for one in value[:50]]
        return self.of(name, strange=2) if isinstance(value, str) and self.one_in(2) else value


def encoded(pairs):
    return urlencode(pairs, doseq=True, errors="surrogatepass")


def in_path(value):
    """Dots alone would be taken for a step to another folder by the client."""
    return quote(value, safe="", errors="surrogatepass") if value.strip(".") else "%2e"


def in_header(value):
    """A client sends no end of line in a header."""
    return re.sub(r"[\x00-\x1f]", "?", value).encode("latin-1", "replace")


def told_by_the_document(case, values, base):
    for name in case.path_parameters:
        if not values.one_in(5):
            case.path_parameters[name] = in_path(values.of(name, strange=5))
    kwargs = case.as_transport_kwargs(base_url=base)
    query = values.season(dict(kwargs.get("params") or {}))
    body = kwargs.get("data")
    if "json" in kwargs:
        body = json.dumps(values.season(kwargs["json"])).encode()
    headers = {name: str(value) for name, value in kwargs["headers"].items()}
    url = kwargs["url"] + (f"?{encoded(query)}" if query else "")
    return Asked(case.method, case.operation.path, url, headers, body if isinstance(body, bytes) else None, case)


def of_a_page(method, route, values, base):
    """What the page itself would send but for one odd text, and with it at times another name."""
    odd, text = values.next_odd(route)
    sent = [(name, text if name == odd else values.real(name)) for name in values.sent_by(route)]
    if values.one_in(4):
        sent += [(name, values.of(name, strange=2)) for name in values.draw.choices(sorted(values.known), k=2)]
    path = re.sub(IN_PATH, lambda one: in_path(text if one[1] == odd else values.real(one[1])), route)
    asked = Asked(method, route, base + path, dict(BROWSER))
    if values.one_in(5):
        asked.headers |= {"HX-Request": "true", "HX-Target": text, "HX-Current-URL": text}
    if method == "POST":
        asked.body = encoded(sent).encode()
        asked.headers["Content-Type"] = values.draw.choice([FORM] * 8 + ["multipart/form-data; boundary=x", "x"])
    elif sent:
        asked.url += f"?{encoded(sent)}"
    return asked


class Fuzz:
    """Asks one service as everybody in turn, and notes what no service should answer."""

    def __init__(self, product, service):
        self.name, self.base, self._credentials = service.name, product.stack.url(service), product.credentials
        self._app = application(service.package)
        document = requests.get(f"{product.stack.ops_url(service)}/openapi.json", timeout=10).json()
        self._schema = schemathesis.openapi.from_dict(document)
        self.operations = [one.ok() for one in self._schema.get_all_operations()]
        pages = sorted(self._pages(set(document["paths"])))
        self.pages = sorted(pages, key=lambda one: "deconnexion" in one[1])  # last: then nobody is signed in
        self.drawn = 0  # by schemathesis
        self.statuses, self.found, self._refused = Counter(), {}, defaultdict(set)
        self.values = Values(random.Random(f"{SEED} {service.name}"))
        self._turn, self._session = count(), requests.Session()
        self._session.trust_env = False

    def _pages(self, told):
        for outer in self._app.routes:
            for one in outer.original_router.routes if hasattr(outer, "original_router") else [outer]:
                if isinstance(one, Mount):
                    yield "GET", one.path + "/{nom:path}"
                elif isinstance(one, Route) and one.path not in told:
                    yield from ((method, one.path) for method in (one.methods or ()) if method != "HEAD")

    def look(self):
        """Each page as each of those who read pages: names that routes are sent, and values of theirs."""
        found = defaultdict(set)
        for method, route in self.pages:
            for who in PEOPLE if method == "GET" else ():
                path = re.sub(IN_PATH, lambda one: in_path(self.values.real(one[1])), route)
                answer = self.send(Asked(method, route, self.base + path, BROWSER), who)
                page = Sent(path)
                page.feed(answer.text if "html" in answer.headers.get("content-type", "") else "")
                for to, name, value in page.found:
                    found[name].add(value)
                    found[f"sent by {self._route(to)}"].add(name)
        self.values.known |= {name: sorted(one) for name, one in found.items()}

    def _route(self, path):
        return next((route for _, route in self.pages if re.fullmatch(re.sub(IN_PATH, "[^/]+", route), path)), path)

    def one_round(self, values, seed_, each):
        """`each` cases at most of every operation, half as many of every page."""
        for operation in self.operations:
            for mode in GenerationMode:
                wrong_is_impossible = mode is GenerationMode.NEGATIVE  # where any body is a file, or nothing is sent
                with suppress(Unsatisfiable) if wrong_is_impossible else nullcontext():
                    self._ask_as_told(operation.as_strategy(generation_mode=mode), values, seed_, (each + 1) // 2)
        for method, route in self.pages:
            for _ in range((each + 1) // 2):
                self._ask(of_a_page(method, route, values, self.base))

    def _ask_as_told(self, cases, values, seed_, most):
        @seed(seed_)
        @settings(
            max_examples=most,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases)
        def one(case):
            self.drawn += 1
            self._ask(told_by_the_document(case, values, self.base))

        one()

    def _ask(self, asked):
        self.send(asked, self._whose(asked))

    def _whose(self, asked):
        """Who was refused here lately is asked no more, unless all were."""
        refused = self._refused[asked.method, asked.route]
        everybody = PEOPLE if asked.case is None else tuple(self._credentials)
        may = [who for who in everybody if who not in refused] or everybody
        return may[next(self._turn) % len(may)]

    def send(self, asked, who):
        """The answer, looked at and counted."""
        headers = asked.headers | self._credentials[who]
        prepared = requests.Request(asked.method, self.base, data=asked.body).prepare()
        prepared.url = asked.url
        prepared.headers.update({name: in_header(value) for name, value in headers.items()})
        answer = self._session.send(prepared, allow_redirects=False, timeout=30)
        self.statuses[answer.status_code] += 1
        if answer.status_code in {401, 403}:
            self._refused[asked.method, asked.route].add(who)
        if fault := fault_of(asked, answer):
            body = (asked.body or b"")[:600]
            self.found.setdefault((asked.method, asked.route, fault), (who, asked.url[:600], body, answer.text[:300]))
        return answer


def fault_of(asked, answer):
    """What is wrong with an answer, or None."""
    problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    told = answer.json() if problem else {}
    if answer.status_code >= 500:
        return None if told.get("code") in ANNOUNCED else answer.status_code
    if answer.status_code == 429:
        return 429
    if problem and (told.get("status") != answer.status_code or not told.get("detail")):
        return "a refusal that says another status or nothing"
    if "/api/" in asked.route and answer.status_code >= 400 and not problem:
        return "a refusal that is no problem+json"
    if asked.case is not None and answer.ok:
        try:
            checks = [content_type_conformance, response_schema_conformance]
            asked.case.validate_response(answer, checks=checks)
        except FailureGroup as failures:
            return str(failures.exceptions[0])[:300]
    return None


async def test_no_request_however_odd_is_answered_by_an_error_of_ours(product, capsys):
    fuzzes = [Fuzz(product, service) for service in SERVICES]
    operations = sum(len(one.operations) for one in fuzzes)
    started, drawn = time.monotonic(), 0
    for number in count():
        known = await product.known()
        for one in fuzzes:
            await product.reopen()
            one.values.known |= known
            await asyncio.to_thread(one.look)
            each = min(A_ROUND, max(1, (CASES - drawn) // operations))
            await asyncio.to_thread(one.one_round, one.values, SEED + number, each)
        drawn = sum(one.drawn for one in fuzzes)
        if drawn >= CASES:
            break
    with capsys.disabled():
        total = sum(one.statuses.total() for one in fuzzes)
        say(f"seed {SEED}, {drawn} cases by schemathesis, {total} requests in {time.monotonic() - started:.0f} s")
        for one in fuzzes:
            say(f"{one.name} {one.statuses.total()} {dict(sorted(one.statuses.items()))}")
    found = {place: how for one in fuzzes for place, how in one.found.items()}
    assert [one.name for one in fuzzes if not one.statuses[200]] == []  # who is always refused tries nothing
    assert not found, "\n".join(f"{place}: {how}" for place, how in found.items())
