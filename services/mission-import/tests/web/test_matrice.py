"""Every route × every kind of acteur × one's own académie and another's: what POLICY says, and nothing else.

The routes are the application's own: one that is not in ACTIONS fails, so that nobody adds a page and forgets it here.
"""

import pytest

from acces.acteur import Acteur, Role
from acces.policy import Forbidden, Scope
from mission_import.policy import POLICY

SESSION, LYON, LILLE = "2020-E3C1", "0699001J", "0599001N"
ACADEMIES = {LYON: "10", LILLE: "09"}
ACTEURS = {
    "lyon": (Role.GESTIONNAIRE, LYON),
    "lille": (Role.GESTIONNAIRE, LILLE),
    "admin": (Role.ADMINISTRATEUR, None),
    "chef": (Role.CHEF, None),
    "delegue": (Role.DELEGUE, None),
    "intervenant": (Role.INTERVENANT, None),
    "service": (Role.NOTIFIER, None),
    "santorin": (Role.SANTORIN, None),
    "cyclades": (Role.CYCLADES, None),
}
ACTIONS = {
    "GET /api/academies/{academie}/politique-import": "imports.lire",
    "PUT /api/academies/{academie}/politique-import": "imports.politique",
    "GET /api/imports": "imports.lire",
    "GET /api/imports/journal": "audit.lire",
    "POST /api/imports/acceptation": "imports.decider",
    "GET /api/imports/{session}/{uai}": "imports.lire",
    "POST /api/imports/{session}/{uai}/decision": "imports.decider",
    "POST /api/imports/{session}/{uai}/rejeu": "imports.decider",
    "GET /api/imports/fichier": "imports.importer",
    "POST /api/imports/fichier": "imports.importer",
    "GET /api/imports/fichier/{import_id}": "imports.importer",
    "POST /api/imports/fichier/{import_id}/confirmation": "imports.importer",
    "POST /api/clotures/essai": "clotures.essayer",
    "GET /imports": "imports.lire",
    "GET /imports/sans-suite": "imports.lire",
    "GET /imports/politiques": "imports.politique",
    "POST /imports/politiques/{academie}": "imports.politique",
    "GET /imports/a-valider/{academie}/{session}": "imports.lire",
    "POST /imports/a-valider/{academie}/{session}": "imports.decider",
    "GET /imports/{session}/{uai}": "imports.lire",
    "POST /imports/{session}/{uai}/decision": "imports.decider",
    "POST /imports/{session}/{uai}/rejeu": "imports.decider",
    "GET /imports/fichier": "imports.importer",
    "POST /imports/fichier": "imports.importer",
    "GET /imports/fichier/{import_id}": "imports.importer",
    "POST /imports/fichier/{import_id}": "imports.importer",
}
REFUSED = {401, 403, 404}


def routes(app):
    """Every route that asks for an acteur; the plain ones beside them are for everybody."""
    routers = [one.original_router for one in app.routes if hasattr(one, "original_router")]
    return sorted(f"{method} {route.path}" for router in routers for route in router.routes for method in route.methods)


@pytest.fixture
async def places(world):
    """A closing that waits and a file that was read, at Lyon and at Lille."""
    found = {}
    world.tokens |= {name: world._token(role) for name, (role, _) in ACTEURS.items() if name not in world.tokens}
    for place, academie in ACADEMIES.items():
        await world.validation(academie)
        await world.receive(world.closing(place, 1, HG=30))
        who = {LYON: "lyon", LILLE: "lille"}[place]
        sent = await world.client.post(
            "/api/imports/fichier",
            content=world.closing(place, 2, HG=31).to_bytes(),
            headers={"Authorization": f"Bearer {world.tokens[who]}"},
        )
        ids = {"session": SESSION, "uai": place, "academie": academie}
        found[place] = ids | {"import_id": sent.json()["import_id"], "lu": sent.json()["lu"]}
    return found


def may(name, route, place):
    role, own = ACTEURS[name]
    acteur_scope = _scope(role, ACTIONS[route])
    placed = "{" in route or route == "POST /api/imports/acceptation"
    return acteur_scope is Scope.TOUT or (acteur_scope is Scope.ACADEMIE and (not placed or place == own))


def _scope(role, action):
    try:
        return POLICY.scope(Acteur("essai", role, "Essai", frozenset(), frozenset()), action)
    except Forbidden:
        return None


async def ask(world, name, route, place, ids):
    method, path = route.split(" ")
    decision = {"revision": 1, "decision": "REFUSER", "motif": "x"}
    json = {
        "PUT /api/academies/{academie}/politique-import": {"mode": "AUTOMATIQUE"},
        "POST /api/imports/acceptation": {"academie": ids["academie"], "session": SESSION, "revisions": {place: 1}},
        "POST /api/imports/{session}/{uai}/decision": decision,
        "POST /api/imports/{session}/{uai}/rejeu": {"revision": 1},
        "POST /api/imports/fichier/{import_id}/confirmation": {"lu": ids["lu"]},
    }
    forms = {
        "POST /imports/politiques/{academie}": {"mode": "AUTOMATIQUE"},
        "POST /imports/a-valider/{academie}/{session}": {f"revision-{place}": "1"},
        "POST /imports/{session}/{uai}/decision": {"revision": "1", "action": "refuser", "motif": "x"},
        "POST /imports/{session}/{uai}/rejeu": {"revision": "1"},
        "POST /imports/fichier/{import_id}": {"lu": ids["lu"]},
    }
    sent = {"json": json[route]} if route in json else {"data": forms[route]} if route in forms else {}
    octets = world.closing(place, 3, HG=32).to_bytes()
    if route == "POST /api/imports/fichier":
        sent = {"content": octets}
    if route == "POST /imports/fichier":
        sent = {"files": {"fichier": ("clotures.jsonl", octets)}}
    headers = {"Authorization": f"Bearer {world.tokens[name]}", "Accept": "text/html"}
    return await world.client.request(method, path.format(**ids), headers=headers, **sent)


async def _checksum(world):
    """Of all that the service keeps, whatever the table."""
    tables = await world.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    query = "SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{}\" AS t"
    return {row["tablename"]: await world.pool.fetchval(query.format(row["tablename"])) for row in tables}


async def test_every_route_is_in_the_matrix(world):
    assert routes(world.client._transport.app) == sorted(ACTIONS)


async def test_without_a_token_the_api_answers_401_and_every_page_sends_to_the_sign_in(world, places):
    world.client.cookies.clear()
    for route in ACTIONS:
        method, path = route.split(" ")
        answer = await world.client.request(method, path.format(**places[LYON]), headers={"Accept": "text/html"})
        assert answer.status_code == (401 if path.startswith("/api") else 303), route
        assert answer.headers.get("location", "/connexion") == "/connexion", route


@pytest.mark.parametrize("name", ACTEURS)
async def test_each_acteur_is_refused_all_that_the_policy_does_not_give_and_a_refusal_writes_nothing(
    world, places, name, caplog
):
    before, opened = await _checksum(world), []
    for route in ACTIONS:
        for place in ACADEMIES:
            if not may(name, route, place):
                answer = await ask(world, name, route, place, places[place])
                if answer.status_code not in REFUSED:
                    opened.append((route, place, answer.status_code))
    assert opened == []
    assert "access.denied_by_database" not in caplog.text  # the code's lock comes first (0040)
    assert await _checksum(world) == before


@pytest.mark.parametrize("name", ["lyon", "lille", "admin", "cyclades"])
async def test_each_acteur_is_let_in_where_the_policy_says_so(world, places, name):
    shut = []
    for route in sorted(ACTIONS, key=lambda one: one.endswith("fichier")):  # a new file replaces the one that was read
        for place in ACADEMIES:
            if may(name, route, place):
                answer = await ask(world, name, route, place, places[place])
                if answer.status_code in REFUSED or answer.status_code >= 500:
                    shut.append((route, place, answer.status_code))
    assert shut == []


@pytest.mark.parametrize(("name", "other"), [("lyon", LILLE), ("lille", LYON)])
async def test_lists_hold_nothing_of_another_academie(world, places, name, other):
    lists = ("/imports", "/imports/sans-suite", "/imports/politiques", "/imports/fichier", "/api/imports")
    for route in (f"GET {one}" for one in lists):
        answer = await ask(world, name, route, other, places[other])
        assert answer.status_code == 200
        assert other not in answer.text, route
        assert places[other]["import_id"] not in answer.text, route
