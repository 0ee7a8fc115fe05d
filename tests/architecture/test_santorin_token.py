"""What SANTORIN's token may open, over all services: the bridge's rights, and nothing elsewhere (decision 0009)."""

from types import SimpleNamespace

import convocation.policy
import mission_import.main
import notifier.main
import santorin_bridge.policy
from chassis.acteur import Role
from chassis.service import Runtime

SETTINGS = {"database_url": "postgresql://unused", "kafka_bootstrap": "unused:1", "token_key": "k" * 40}
PUBLIC = {"/openapi.json", "/health/live", "/health/ready", "/metrics"}


def test_no_policy_but_the_bridges_names_santorin():
    def named(policy):
        return {action for action, scopes in policy._rules.items() if Role.SANTORIN in scopes}

    assert named(santorin_bridge.policy.POLICY)
    assert named(convocation.policy.POLICY) == set()


def test_the_notifiers_role_that_reads_mail_addresses_opens_nothing_at_the_bridge():
    rules = santorin_bridge.policy.POLICY._rules
    assert [action for action, scopes in rules.items() if Role.SERVICE in scopes] == []


def test_mission_import_and_notifier_have_no_route_that_a_token_could_open(tmp_path):
    mails = {"convocation_url": "http://unused", "mail_dir": tmp_path}
    for service, extra in ((mission_import, {}), (notifier, mails)):
        settings = service.main.Settings(**SETTINGS, **extra)
        relay = SimpleNamespace(wake=lambda: None)
        app = service.main.build(Runtime(settings, SimpleNamespace(), relay)).app
        assert {getattr(route, "path", None) for route in app.routes} == PUBLIC
