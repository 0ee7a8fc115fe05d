"""Every word that the code answers as a refusal is in the one list, with its status and service (0052)."""

import ast
from collections import defaultdict
from pathlib import Path

from chassis.problem import kinds

ROOT = Path(__file__).parents[2]
STATUS = {"SAISIE": 422, "ABSENT": 404, "CONFLIT": 409, "DEPASSE": 412, "TROP_GRAND": 413}
CALLS = {"Problem": 1, "refuse": 2}
BY_HAND = {  # what stands in a table of its own, or comes from Starlette with the status it chose
    "http": {400, 404, 405, 413},
    "session-finie": {401},
    "version-remplacee": {410},
    "inconnu": {404},
}


def of_class(node):
    told = {
        one.targets[0].id: one.value
        for one in node.body
        if isinstance(one, ast.Assign) and hasattr(one.targets[0], "id")
    }
    if "slug" in told:
        yield told["slug"].value, STATUS[told["kind"].attr] if "kind" in told else 422


def of_call(node):
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    place = CALLS.get(name, len(node.args))
    said = node.args[place - 1 : place + 1]
    if len(said) == 2 and all(isinstance(one, ast.Constant) for one in said) and isinstance(said[0].value, int):
        yield said[1].value, said[0].value


def said():
    """Short word → statuses, and → services ("*": a library's)."""
    statuses, services = defaultdict(set), defaultdict(set)
    for file in [*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("libs/*/src/**/*.py")]:
        parts = file.relative_to(ROOT).parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found = {ast.ClassDef: of_class, ast.Call: of_call}.get(type(node), lambda _: ())(node)
            for code, status in found:
                statuses[code].add(status)
                services[code].add("*" if parts[0] == "libs" else parts[1])
    for code, more in BY_HAND.items():
        statuses[code] |= more
    return statuses, services


def test_the_list_has_every_word_of_the_code_with_its_statuses_and_no_other():
    statuses, _ = said()
    assert {code: set(kind.statuts) for code, kind in kinds().items()} == dict(statuses)


def test_the_list_names_the_services_that_say_a_word():
    _, services = said()
    by_table = {"version-remplacee": {"convocation"}, "session-finie": {"*"}, "http": {"*"}}
    inconnu = {"inconnu": {"convocation", "mission-import"}}
    expected = {code: {"*"} if "*" in found else found for code, found in services.items()} | by_table | inconnu
    assert {code: set(kind.services) for code, kind in kinds().items()} == expected
