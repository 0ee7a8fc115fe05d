"""Requests that nobody sends in good faith, to the four services: none is answered by an error of ours.

What the OpenAPI documents tell is asked by schemathesis, pages and what needs no acteur by their routes; both with the
ids of what exists, as everybody who may act. `IMAGIN_TEST_CASES` asks more (20,000: a quarter of an hour), and
`IMAGIN_TEST_SEED` something else.
"""

import asyncio
import json
import os
import re
import time
from collections import Counter, defaultdict
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from urllib.parse import quote, urlencode

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from starlette.routing import Mount, Route

from imagin_dev.documentation.apis import application
from imagin_ops.services import SERVICES

CASES = int(os.environ.get("IMAGIN_TEST_CASES", "800"))
SEED = int(os.environ.get("IMAGIN_TEST_SEED", "20203"))
A_ROUND = 25  # cases of one operation before the next has its turn
PEOPLE = ("administrateur", "gestionnaire", "chef", "intervenant")
FORM = "application/x-www-form-urlencoded"
ANNOUNCED = {"incertain", "pas-a-jour"}
"""The bridge's 503: it knows less than was told."""
HOSTILE = (
    *("", " ", "0", "-1", "1e309", "NaN", "null", "²", "٣", "9" * 5_000, str(2**31), str(2**63), str(2**64)),
    *("0001-01-01", "9999-12-31", "2020-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "24:00"),
    *("\x00", "a\x00b", "\ud800", "a\udfff", "\u202eabc", "\u200b", "\ufeff", "\ufffd", "e\u0301" * 500, "\U0010ffff"),
    *("'\";--", "%", "%_\\", "<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "\r\nX-Injected: 1", "=1+1"),
    *("A" * 20_000, "a,b;c|d", "[]", "{}", "true", "00000000-0000-0000-0000-000000000000", "0699001J", "9999-E3C9"),
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


class Fields(HTMLParser):
    """What the forms of a page send: name → values."""

    def __init__(self):
        super().__init__()
        self.found = defaultdict(set)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag in {"input", "button", "select", "textarea", "option"} and told.get("name"):
            self.found[told["name"]].add(told.get("value") or "")


class Values:
    """What requests are filled with: what there is, what nobody expects, or what was there."""

    def __init__(self, known):
        self.known = known

    def of(self, name, *, often=5):
        """A text for `name`; `often` in ten times one that exists."""
        strange = st.sampled_from(HOSTILE) | st.text(max_size=20)
        if not self.known.get(name):
            return strange
        real = st.sampled_from(self.known[name])
        return st.integers(0, 9).flatmap(lambda n: real if n < often else strange)

    def season(self, draw, value, name=""):
        """A body of schemathesis with some of its texts replaced."""
        if isinstance(value, dict):
            return {key: self.season(draw, one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [self.season(draw, one, name) for one in value[:50]]
        return draw(self.of(name)) if isinstance(value, str) and draw(st.booleans()) else value


def encoded(pairs):
    return urlencode(pairs, doseq=True, errors="surrogatepass")


def in_path(value):
    """Dots alone would be taken for a step to another folder by the client."""
    return quote(value, safe="", errors="surrogatepass") if value.strip(".") else "%2e"


@st.composite
def told_by_the_document(draw, operation, mode, values, base):
    case = draw(operation.as_strategy(generation_mode=mode))
    for name in case.path_parameters:
        if draw(st.integers(0, 9)) < 8:
            case.path_parameters[name] = in_path(draw(values.of(name, often=8)))
    kwargs = case.as_transport_kwargs(base_url=base)
    query = values.season(draw, dict(kwargs.get("params") or {}))
    body = kwargs.get("data")
    if "json" in kwargs:
        body = json.dumps(values.season(draw, kwargs["json"])).encode()
    headers = {name: str(value) for name, value in kwargs["headers"].items()}
    url = kwargs["url"] + (f"?{encoded(query)}" if query else "")
    return Asked(case.method, operation.path, url, headers, body if isinstance(body, bytes) else None, case)


@st.composite
def of_a_page(draw, method, route, values, base):
    def filled(most):
        names = draw(st.lists(st.sampled_from(sorted(values.known)), max_size=most))
        return [(name, draw(values.of(name))) for name in names]

    path = re.sub(r"{(\w+)(?::path)?}", lambda one: in_path(draw(values.of(one[1], often=8))), route)
    query = encoded(filled(4))
    asked = Asked(method, route, base + path + (f"?{query}" if query else ""), {"Accept": "text/html"})
    if method == "POST":
        form = values.known.get(f"form {route}", ())
        sent = [(name, draw(values.of(name, often=7))) for name in form if draw(st.integers(0, 9)) < 8]
        asked.body = encoded(sent + filled(3)).encode()
        asked.headers["Content-Type"] = draw(st.sampled_from([FORM] * 6 + ["multipart/form-data; boundary=x", "x"]))
    return asked


class Fuzz:
    """Asks one service as everybody in turn, and notes what no service should answer."""

    def __init__(self, product, service):
        self.name, self.base, self._tokens = service.name, product.stack.url(service), product.tokens
        self._app = application(service.package)
        document = requests.get(f"{product.stack.ops_url(service)}/openapi.json", timeout=10).json()
        self._schema = schemathesis.openapi.from_dict(document)
        self.operations = [one.ok() for one in self._schema.get_all_operations()]
        self.pages = sorted(self._pages(set(document["paths"])))
        self.statuses, self.found, self._refused = Counter(), {}, defaultdict(set)
        self._turn, self._session = count(), requests.Session()
        self._session.trust_env = False

    def _pages(self, told):
        for outer in self._app.routes:
            for one in outer.original_router.routes if hasattr(outer, "original_router") else [outer]:
                if isinstance(one, Mount):
                    yield "GET", one.path + "/{nom:path}"
                elif isinstance(one, Route) and one.path not in told:
                    yield from ((method, one.path) for method in (one.methods or ()) if method != "HEAD")

    def forms(self, values):
        """Each page as each of those who read pages: what its forms send."""
        found = defaultdict(set)
        for method, route in self.pages:
            for who in PEOPLE if method == "GET" else ():
                path = re.sub(r"{(\w+)(?::path)?}", lambda one: in_path(values.known.get(one[1], ["x"])[0]), route)
                answer = self.send(Asked(method, route, self.base + path, {"Accept": "text/html"}), who)
                page = Fields()
                page.feed(answer.text if "html" in answer.headers.get("content-type", "") else "")
                found[f"form {route}"] |= page.found.keys()
                for name, sent in page.found.items():
                    found[name] |= sent
        return {name: sorted(one) for name, one in found.items() if one}

    def one_round(self, values, seed_, each):
        """`each` cases at most of every operation."""
        for operation in self.operations:
            for mode in GenerationMode:
                strategy = told_by_the_document(operation, mode, values, self.base)
                wrong_is_impossible = mode is GenerationMode.NEGATIVE  # where any body is a file, or nothing is sent
                with suppress(Unsatisfiable) if wrong_is_impossible else nullcontext():
                    self._run(strategy, seed_, (each + 1) // 2)
        for method, route in self.pages:
            self._run(of_a_page(method, route, values, self.base), seed_, each)

    def _run(self, strategy, seed_, most):
        @seed(seed_)
        @settings(
            max_examples=most,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def one(asked):
            self.send(asked, self._whose(asked))

        one()

    def _whose(self, asked):
        """Who was refused here lately is asked no more, unless all were."""
        refused = self._refused[asked.method, asked.route]
        may = [who for who in self._tokens if who not in refused] or list(self._tokens)
        return may[next(self._turn) % len(may)]

    def send(self, asked, who):
        """The answer, looked at and counted."""
        headers = asked.headers | {"Authorization": f"Bearer {self._tokens[who]}"}
        prepared = requests.Request(asked.method, self.base, data=asked.body).prepare()
        prepared.url = asked.url
        prepared.headers.update({name: value.encode("latin-1", "replace") for name, value in headers.items()})
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
        return None if told.get("type") in ANNOUNCED else answer.status_code
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
    places = sum(len(one.operations) + len(one.pages) for one in fuzzes)
    started, total = time.monotonic(), 0
    for number in count():
        await product.reopen()
        known = await product.known()
        for one in fuzzes:
            values = Values(known)
            values.known = known | await asyncio.to_thread(one.forms, values)
            each = min(A_ROUND, max(1, (CASES - total) // places))
            await asyncio.to_thread(one.one_round, values, SEED + number, each)
        total = sum(one.statuses.total() for one in fuzzes)
        if total >= CASES:
            break
    with capsys.disabled():
        print(f"\nseed {SEED}, {total} cases in {time.monotonic() - started:.0f} s")
        for one in fuzzes:
            print(one.name, one.statuses.total(), dict(sorted(one.statuses.items())))
    found = {place: how for one in fuzzes for place, how in one.found.items()}
    assert not found, "\n".join(f"{place}: {how}" for place, how in found.items())
