"""Who may do what is written in the policy of each service, and nowhere else (decision 0009)."""

import ast
from pathlib import Path

import convocation.commun.policy
import mission_import.policy

ROOT = Path(__file__).parents[2]
POLICIES = {
    "convocation/commun/policy.py",
    "mission_import/policy.py",
    "santorin_bridge/policy.py",
}
NO_RIGHT = {
    "convocation/cadre/ecran.py": "what a role is called",
    "convocation/comptes/commands.py": "what our own tables know of a person gives a role",
    "convocation/comptes/domain.py": "a right that is given is a role",
    "convocation/connexion/pages.py": "the sign-in for development makes an acteur",
    "convocation/identite/fonctions.py": "what a provider tells of a person gives a role",
    "convocation/interventions/access.py": "who acts for an établissement gets a role for a while",
    "convocation/mes_missions/lien.py": "the link of a mail makes its person an acteur",
    "mission_import/web/pages/ecran.py": "what a role is called",
    "notifier/main.py": "its own token",
    "santorin_bridge/main.py": "its own token",
    "santorin_bridge/web/jetons.py": "SANTORIN's token",
}
PAST_THE_POLICIES = {
    "convocation/connexion/pages.py": "who signs in is nobody yet",
    "convocation/connexion/portail.py": "who comes from a provider is nobody yet",
    "convocation/documents/pages.py": "the page behind a QR code is for everybody",
    "convocation/entrees/commands.py": "a session says who the acteur is",
    "convocation/extraits/pages.py": "all that is kept of oneself, which the policies show in part",
    "convocation/main.py": "what is done while nobody asks",
    "convocation/mes_missions/abonnement.py": "a calendar program has an address and no acteur",
    "convocation/mes_missions/lien.py": "who opens the link of a mail is nobody yet",
    "mission_import/main.py": "what is done while nobody asks",
    "notifier/main.py": "what is done while nobody asks",
    "santorin_bridge/main.py": "what is done while nobody asks",
    "santorin_bridge/web/lecture.py": "SANTORIN asks about anybody",
}
"""Who takes a connection of the service itself (decision 0040)."""


def judges_a_role(node):
    """`Role.CHEF` anywhere, or a comparison of an acteur's role with whatever stands for one."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "Role"
    compared = isinstance(node, (ast.Compare, ast.Match))
    return compared and any(isinstance(one, ast.Attribute) and one.attr == "role" for one in ast.walk(node))


def test_a_role_is_judged_in_the_policies_alone():
    found = {
        file.relative_to(source).as_posix()
        for source in ROOT.glob("services/*/src")
        for file in source.rglob("*.py")
        if any(judges_a_role(node) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    }
    assert found == POLICIES | set(NO_RIGHT)


def test_the_menu_leads_to_the_imports_whom_mission_import_lets_in():
    rights = [policy.POLICY._rules["imports.lire"] for policy in (convocation.commun.policy, mission_import.policy)]
    assert rights[0] == rights[1]


def takes_a_connection(node):
    """`itself(request)`, or a pool."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "itself"
    return isinstance(node, ast.Attribute) and node.attr == "pool"


def test_a_request_is_behind_the_policies_but_where_nobody_acts_yet():
    found = {
        file.relative_to(source).as_posix()
        for source in ROOT.glob("services/*/src")
        for file in source.rglob("*.py")
        if any(takes_a_connection(node) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    }
    assert found == set(PAST_THE_POLICIES)
