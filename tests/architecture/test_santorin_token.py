"""What SANTORIN's token may open, over all services: the bridge's rights, and nothing elsewhere (decision 0009)."""

from types import SimpleNamespace

import convocation.commun.policy
import mission_import.policy
import notifier.main
import santorin_bridge.policy
from acces.acteur import Role
from chassis.service import Runtime

SETTINGS = {"database_url": "postgresql://unused", "kafka_bootstrap": "unused:1", "token_key": "key-of-the-tests-" * 3}
PUBLIC = {"/health/live", "/health/ready", "/.well-known/jwks.json"}


def test_no_policy_but_the_bridges_names_santorin():
    def named(policy):
        return {action for action, scopes in policy._rules.items() if Role.SANTORIN in scopes}

    assert named(santorin_bridge.policy.POLICY)
    assert named(convocation.commun.policy.POLICY) == set()


def test_the_notifiers_role_that_reads_mail_addresses_opens_nothing_at_the_bridge():
    rules = santorin_bridge.policy.POLICY._rules
    assert [action for action, scopes in rules.items() if Role.SERVICE in scopes] == []


def test_mission_imports_policy_opens_to_the_rectorat_and_a_trial_to_cyclades():
    for action, scopes in mission_import.policy.POLICY._rules.items():
        may = {Role.GESTIONNAIRE, Role.ADMINISTRATEUR} | ({Role.CYCLADES} if action == "clotures.essayer" else set())
        assert set(scopes) <= may, action


def test_the_notifier_has_no_route_that_a_token_could_open(tmp_path):
    settings = notifier.main.Settings(**SETTINGS, convocation_url="http://unused", mail_dir=tmp_path)
    app = notifier.main.build(Runtime(settings, SimpleNamespace(), SimpleNamespace(wake=lambda: None))).app
    assert {getattr(route, "path", None) for route in app.routes} == PUBLIC
