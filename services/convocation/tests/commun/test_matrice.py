"""Every route × every kind of acteur × one's own place, its numérisation and another académie's: what POLICY says.

The routes are the application's own: one that is not in actions.json fails, so that nobody adds a page
and forgets it there.
"""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from acces.acteur import Acteur, Role
from acces.policy import Forbidden, Policy, Scope
from convocation.commun.policy import POLICY

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
ACADEMIES = {LYON: "10", LILLE: "09"}
NUMERISATION = "NUMERISATION"  # the mission of Lyon where a délégué à la numérisation acts
LIEUX = {LYON: LYON, LILLE: LILLE, NUMERISATION: LYON}
NUMEROS = {LYON: "100", LILLE: "900"}
AUTRES = {LYON: "101", LILLE: "901"}  # a second entry of the académie's directory
ACTEURS = {
    "chef": Acteur("chef", Role.CHEF, "chef", frozenset({LYON}), frozenset()),
    "delegue": Acteur("delegue", Role.DELEGUE, "delegue", frozenset({LYON}), frozenset()),
    "delegue_numerisation": Acteur("numerisation", Role.DELEGUE_NUMERISATION, "numerisation", frozenset({LYON})),
    "delegue_consultation": Acteur("consultation", Role.DELEGUE_CONSULTATION, "consultation", frozenset({LYON})),
    "pour_etablissement": Acteur(
        "gest", Role.POUR_ETABLISSEMENT, "gest pour LYON", frozenset({LYON}), frozenset({"10"})
    ),
    "autre_chef": Acteur("autre", Role.CHEF, "autre", frozenset({AUTRE_LYON}), frozenset()),
    "gestionnaire": Acteur("gest", Role.GESTIONNAIRE, "gest", frozenset(), frozenset({"10"})),
    "gestionnaire_de_lille": Acteur("gest-lille", Role.GESTIONNAIRE, "gest-lille", frozenset(), frozenset({"09"})),
    "administrateur": Acteur("admin", Role.ADMINISTRATEUR, "admin", frozenset(), frozenset()),
    "intervenant": Acteur("100", Role.INTERVENANT, "100", frozenset(), frozenset()),
    "notifier": Acteur("notifier", Role.NOTIFIER, "notifier", frozenset(), frozenset()),
    "pont": Acteur("santorin-bridge", Role.PONT, "santorin-bridge", frozenset(), frozenset()),
    "santorin": Acteur("100", Role.SANTORIN, "100", frozenset(), frozenset()),
}
ACTIONS = json.loads(Path(__file__).with_name("actions.json").read_text())
"""Route → the action(s) of POLICY one of which it needs. With a parameter it is asked for both places."""
OF_A_SESSION = {
    f"{method} {path}" for method in ("GET", "POST") for path in ("/fonctions", "/mes-connexions")
}  # programs have none: test_sessions
REFUSED = {401, 403, 404}
NONCE = re.compile(r'nonce-[^\s"\']+|nonce="[^"]*"|name="cle" value="[^"]*"|\d{4}-\d\d-\d\dT[\d:.]+Z')
"""What differs from answer to answer of a page, or of a workbook, which says when it was made."""
QUERIES = {
    "GET /api/ouvertures/en-cours": "?session=2020-E3C1",
    "GET /api/academies/{academie}/convocations": "?session=2020-E3C1",
    "GET /api/missions/{mission_id}/intervenants": "?nom=dup",
}


def routes(app):
    """Every route that asks for an acteur; the plain ones beside them are for everybody (decision 0009)."""
    routers = [one.original_router for one in app.routes if hasattr(one, "original_router")]
    return sorted(f"{method} {route.path}" for router in routers for route in router.routes for method in route.methods)


def may(acteur, route, place):
    """What POLICY says: within `place` where the path names something of it, else anywhere."""
    lieu, mission = LIEUX[place], NUMERISATION if place == NUMERISATION else "CORRECTION"
    numero = NUMEROS[lieu] if place == lieu else AUTRES[lieu]
    reach = {"uai": lieu, "academie": ACADEMIES[lieu], "intervenant": numero, "mission": mission}
    for action in ACTIONS[route]:
        if POLICY.allows(acteur, action, **reach) if _placed(route) else _anywhere(acteur, action):
            return True
    return not ACTIONS[route]


def cases():
    """Each route with each place; with the numérisation those that are about a mission."""
    about = {route for route in ACTIONS if "{mission_id}" in route or "{convocation_id}" in route}
    return [(route, place) for route in ACTIONS for place in LIEUX if place != NUMERISATION or route in about]


def _placed(route):
    """Whether the path, or what is sent to it, names something of a place."""
    by_body = {
        "POST /exports",
        "POST /api/rappels",
        "POST /demandes",
        "POST /intervenants/import",
        "POST /intervenants/nouveau",
        "POST /intervenants/export",
    }
    return "{" in route.replace("{session}", "") or route in by_body | {
        "POST /api/intervenants/fusion",
        "POST /api/intervenants/distincts",
    }


def _anywhere(acteur, action):
    try:
        POLICY.scope(acteur, action)
    except Forbidden:
        return False
    return True


async def ask(world, name, route, place, ids):
    method, path = route.split(" ")
    api = getattr(world, name)
    json, forms = ids["json"], ids["forms"]
    headers = api._headers | {"If-Match": '"1"', "Idempotency-Key": f"{name}-{place}", "Accept": "text/html"}
    sent = {"json": json.get(route, {})} if path.startswith("/api") and method != "GET" else {}
    if not path.startswith("/api") and method == "POST":
        sent = {"data": forms.get(route, {"version": "1"})}
    if route == "POST /intervenants/import":
        sent["files"] = {"fichier": ("annuaire.csv", ids["csv"].encode(), "text/csv")}
    if path.endswith("/annuaire"):
        sent, headers = {"content": ids["csv"]}, headers | {"Content-Type": "text/csv"}
    return await world.client.request(method, path.format(**ids) + QUERIES.get(route, ""), headers=headers, **sent)


async def _checksum(world):
    """Of all that the service keeps, whatever the table."""
    tables = await world.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    sums = {}
    for row in tables:
        name = row["tablename"]
        query = f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{name}\" AS t"
        sums[name] = await world.pool.fetchval(query)
    return sums


async def test_every_route_is_in_the_matrix(world):
    assert routes(world.app) == sorted(OF_A_SESSION | ACTIONS.keys())


async def test_without_a_token_every_route_of_the_api_answers_401(world, places):
    for route in (one for one in ACTIONS if "/api/" in one):
        method, path = route.split(" ")
        answer = await world.client.request(method, path.format(**places[LYON]), json={})
        assert answer.status_code == 401, route


@pytest.fixture
def code_alone(monkeypatch):
    """The database's lock is open: whatever is asked, its transaction is the service's own (0040)."""
    monkeypatch.setattr("pages.commands.act_as", _let_pass)


async def _let_pass(connection, acteur):
    pass


@pytest.mark.usefixtures("code_alone")
@pytest.mark.parametrize("name", ACTEURS)
async def test_r54_to_r57_each_acteur_is_refused_all_that_the_policy_does_not_give_and_a_refusal_writes_nothing(
    open_world, places, name
):
    acteur = ACTEURS[name]
    before, opened, asked = await _checksum(open_world), [], 0
    for route, place in cases():
        if may(acteur, route, place):
            continue
        asked += 1
        answer = await ask(open_world, name, route, place, places[place])
        if answer.status_code not in REFUSED:
            opened.append((route, place, answer.status_code))
    assert opened == []
    assert asked
    assert await _checksum(open_world) == before


@pytest.mark.parametrize("name", ACTEURS)
async def test_what_is_refused_or_read_is_answered_alike_with_the_databases_lock_and_without(
    open_world, places, name, monkeypatch, caplog
):
    asked = [one for one in cases() if one[0].startswith("GET") or not may(ACTEURS[name], *one)]
    answers, now = {}, datetime.now(UTC)  # pages tell the time
    open_world.app.state.application = replace(open_world.app.state.application, clock=lambda: now)
    for route, place in asked:  # both at once: an export is an act, and the journal would tell it to the second
        for lock in ("locked", "open"):
            with monkeypatch.context() as patch:
                if lock == "open":
                    patch.setattr("pages.commands.act_as", _let_pass)
                answer = await ask(open_world, name, route, place, places[place])
            shown = "a sample, drawn anew" if route.endswith("/apercu.pdf") else NONCE.sub("", _texts(answer))
            answers[lock, route, place] = answer.status_code, shown
    differ = [one for one in asked if answers["locked", *one] != answers["open", *one]]
    assert differ == []
    assert "access.denied_by_database" not in caplog.text


@pytest.mark.parametrize("name", ACTEURS)
async def test_r54_to_r57_each_acteur_is_let_in_where_the_policy_says_so(open_world, places, name):
    acteur, shut = ACTEURS[name], []
    for route, place in cases():
        if may(acteur, route, place):
            answer = await ask(open_world, name, route, place, places[place])
            if answer.status_code in REFUSED or answer.status_code >= 500:
                shut.append((route, place, answer.status_code))
    assert shut == []


def _texts(answer):
    """What a reader of the answer sees, of a workbook too."""
    if answer.content[:2] != b"PK":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        return "".join(parts.read(part).decode(errors="replace") for part in parts.namelist())


@pytest.mark.usefixtures("code_alone")
@pytest.mark.parametrize("name", [one for one, acteur in ACTEURS.items() if acteur.role is not Role.ADMINISTRATEUR])
async def test_lists_figures_and_exports_hold_nothing_of_another_academie(open_world, places, name):
    other = LYON if name == "gestionnaire_de_lille" else LILLE
    marks = (other, f"DEMANDEE{ACADEMIES[other]}", {LYON: "BŒUF", LILLE: "LILLOISE"}[other])
    marks += (places[other]["convocation_id"], places[other]["mission_id"])
    own, read = SimpleNamespace(place=LYON if other == LILLE else LILLE), 0
    for route in ACTIONS:
        method, path = route.split(" ")
        if method != "GET" or "{" in path or not may(ACTEURS[name], route, own.place):
            continue
        for query in ("", "?par=mission", "?par=etablissement"):
            answer = await open_world.client.get(path + query, headers=getattr(open_world, name)._headers)
            read += answer.status_code == 200
            if ACTEURS[name].role not in {Role.NOTIFIER, Role.PONT}:
                assert [mark for mark in marks if mark in _texts(answer)] == [], route
    assert read or name == "santorin"


@pytest.fixture
def unlock(monkeypatch):
    """`unlock()` opens the lock of the code: whoever may do something at all may do it everywhere."""
    scope = Policy.scope

    def everywhere(self, acteur, action):
        scope(self, acteur, action)
        return Scope.TOUT

    return lambda: monkeypatch.setattr(Policy, "scope", everywhere)


BOUND = [name for name, one in ACTEURS.items() if one.uais or one.academies or one.role is Role.INTERVENANT]


EXPORTS = {
    "GET /api/academies/{academie}/annuaire",
    "GET /api/etablissements/{uai}/annuaire",
    "POST /intervenants/export",
    "GET /api/academies/{academie}/convocations",
    "POST /exports",
}
"""All agents may read the directory, so the database's lock shows it, and whose act it was is written (0040).

Of another académie's convocations the lock shows none; the act of taking none out is written all the same.
"""


@pytest.mark.parametrize("name", BOUND)
async def test_with_the_codes_lock_open_the_database_shows_and_writes_nothing_foreign(open_world, places, name, unlock):
    acteur = ACTEURS[name]
    foreign = {place for place, lieu in LIEUX.items() if not {lieu, ACADEMIES[lieu]} & (acteur.uais | acteur.academies)}
    refused = [
        (route, place)
        for route, place in cases()
        if place in foreign and route not in EXPORTS and not may(acteur, route, place)
    ]
    before, shown = await _checksum(open_world), []
    unlock()
    for route, place in refused:
        ids = places[place]
        answer = await ask(open_world, name, route, place, ids)
        marks = {ids["convocation_id"], ids["mission_id"], f"DEMANDEE{ids['academie']}"} - set(_path_of(route, ids))
        if answer.status_code >= 500 or any(mark in _texts(answer) for mark in marks):
            shown.append((route, place, answer.status_code))
    after = await _checksum(open_world)
    assert shown == []
    assert {table for table in before if before[table] != after[table]} == set()


def _path_of(route, ids):
    return route.format(**ids).split("/")
