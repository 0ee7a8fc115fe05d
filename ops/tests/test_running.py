"""What a command works on: what it needs must be given, a demo is never taken where an installation is meant."""

import json
import os

import pytest
from typer.testing import CliRunner

from acces.jetons import create_keys
from imagin_ops.main import app
from imagin_ops.running import Installation
from imagin_ops.services import CONVOCATION, NOTIFIER, SERVICES

NOWHERE = "127.0.0.1:1"
DATABASE = f"postgresql://someone:secret@{NOWHERE}/base"
DATABASES = {f"{service.prefix}DATABASE_URL": DATABASE for service in SERVICES}


@pytest.fixture
def imagin(monkeypatch, tmp_path):
    """`imagin("topics", "diff", IMAGIN_KAFKA_BOOTSTRAP=…)` in this process: many short calls."""
    for name in [name for name in os.environ if name.startswith(("IMAGIN_", *(one.prefix for one in SERVICES)))]:
        monkeypatch.delenv(name)

    def call(*arguments, **environment):
        return CliRunner().invoke(app, arguments, env={"XDG_CACHE_HOME": str(tmp_path)} | environment)

    return call


@pytest.fixture
def demo(tmp_path):
    """A demo that claims to run (our own pid does), where nobody answers."""
    folder = tmp_path / "imagin" / "running"
    folder.mkdir(parents=True)

    def announce(pid=os.getpid()):
        said = {
            "bootstrap": NOWHERE,
            "databases": {service.name: DATABASE for service in SERVICES},
            "urls": {service.name: f"http://{NOWHERE}" for service in SERVICES},
            "ops_urls": {service.name: f"http://{NOWHERE}" for service in SERVICES},
            "admin_url": DATABASE,
            "signing_keys": json.dumps(create_keys()),
            "pid": pid,
        }
        (folder / f"{pid}.json").write_text(json.dumps(said))
        return str(pid)

    return announce


RECONCILED = ["IMAGIN_KAFKA_BOOTSTRAP", "CONVOCATION_URL", "IMAGIN_SIGNING_KEYS"]
NEEDS = {
    ("topics", "apply"): ["IMAGIN_KAFKA_BOOTSTRAP"],
    ("topics", "diff"): ["IMAGIN_KAFKA_BOOTSTRAP"],
    ("db", "status"): ["IMAGIN_DATABASE_URL"],
    ("db", "migrate"): ["IMAGIN_DATABASE_URL"],
    ("db", "create"): ["IMAGIN_DATABASE_URL"],
    ("dlq", "list"): list(DATABASES),
    ("dlq", "list", "--service", "convocation"): ["CONVOCATION_DATABASE_URL"],
    ("dlq", "show", "convocation", "1"): ["CONVOCATION_DATABASE_URL"],
    ("dlq", "retry", "notifier", "1"): ["NOTIFIER_DATABASE_URL"],
    ("dlq", "discard", "notifier", "1", "--reason", "x"): ["NOTIFIER_DATABASE_URL"],
    ("outbox",): list(DATABASES),
    ("outbox", "--service", "notifier"): ["NOTIFIER_DATABASE_URL"],
    ("replay", "convocations", "--all"): ["CONVOCATION_DATABASE_URL"],
    ("replay", "habilitations", "--all"): ["SANTORIN_BRIDGE_DATABASE_URL"],
    ("catch-up", "notifier"): ["IMAGIN_KAFKA_BOOTSTRAP", *DATABASES],
    ("catch-up", "notifier", "--confirm"): ["IMAGIN_KAFKA_BOOTSTRAP", *DATABASES],
    ("status",): ["IMAGIN_KAFKA_BOOTSTRAP", *DATABASES],
    ("doctor",): ["IMAGIN_KAFKA_BOOTSTRAP", *DATABASES],
    ("import", "closings", __file__): ["MISSION_IMPORT_URL", "IMAGIN_SIGNING_KEYS"],
    ("import", "check", __file__): ["MISSION_IMPORT_URL", "IMAGIN_SIGNING_KEYS"],
    ("reconcile", "santorin"): [*RECONCILED, "SANTORIN_BRIDGE_DATABASE_URL"],
    ("reconcile", "santorin", "--repair"): [*RECONCILED, "SANTORIN_BRIDGE_DATABASE_URL", "CONVOCATION_DATABASE_URL"],
}
GIVEN = {
    "IMAGIN_KAFKA_BOOTSTRAP": NOWHERE,
    "IMAGIN_DATABASE_URL": DATABASE,
    "MISSION_IMPORT_URL": f"http://{NOWHERE}",
    "CONVOCATION_URL": f"http://{NOWHERE}",
    "IMAGIN_SIGNING_KEYS": json.dumps(create_keys()),
    **DATABASES,
    **{f"{service.prefix}DATABASE_PASSWORD": "p" * 16 for service in SERVICES},
}


@pytest.mark.parametrize("command", NEEDS, ids=" ".join)
def test_a_command_names_what_it_needs_and_takes_no_demo_where_an_installation_is_meant(imagin, demo, command):
    demo()
    addresses = (*DATABASES, "IMAGIN_KAFKA_BOOTSTRAP", "IMAGIN_DATABASE_URL")
    given = {name: GIVEN[name] for name in addresses if name not in NEEDS[command]}
    given = dict(list(given.items())[:1])
    done = imagin(*command, **given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert [name for name in GIVEN if f"{name} " in done.stderr or f"{name}," in done.stderr] == sorted(
        [*NEEDS[command], next(iter(given))], key=list(GIVEN).index
    )
    assert done.stderr.count("\n") == 1, "one sentence"


@pytest.mark.parametrize("command", [one for one in NEEDS if one[0] not in {"status", "doctor"}], ids=" ".join)
def test_what_it_names_is_enough(imagin, command):
    """It then asks who is meant, who does not answer here: no longer 2."""
    given = {name: GIVEN[name] for name in NEEDS[command]}
    given |= {name: value for name, value in GIVEN.items() if name.endswith("PASSWORD") and command[:1] == ("db",)}
    done = imagin(*command, **given)
    assert done.exit_code == (2 if command[0] == "import" else 4)
    assert NOWHERE in done.stderr or command[0] in {"import", "reconcile"}
    assert "n’est pas donné" not in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    "name",
    ["IMAGIN_KAFKA_BOOTSTRAP", "IMAGIN_DATABASE_URL", "NOTIFIER_DATABASE_URL", "NOTIFIER_URL", "NOTIFIER_OPS_URL"],
)
def test_any_address_of_an_installation_keeps_the_demo_out(imagin, demo, name):
    demo()
    done = imagin("dlq", "list", "--service", "convocation", **{name: GIVEN.get(name, f"http://{NOWHERE}")})
    assert done.exit_code == 2
    assert f"{CONVOCATION.prefix}DATABASE_URL n’est pas donné, mais {name} l’est" in done.stderr


def test_a_demo_is_taken_where_nothing_is_given_and_who_writes_says_so(imagin, demo):
    pid = demo()
    done = imagin("topics", "apply")
    assert done.exit_code == 4
    assert f"agit sur la démonstration {pid} : Kafka {NOWHERE}" in done.stderr
    assert "agit sur" not in (imagin("topics", "diff")).stderr


def test_who_writes_to_an_installation_says_to_which_without_its_password(imagin, demo):
    demo()
    done = imagin("dlq", "retry", NOTIFIER.name, "1", NOTIFIER_DATABASE_URL=DATABASE)
    assert f"agit sur l’installation donnée par l’environnement : base base sur {NOWHERE}" in done.stderr
    assert "secret" not in done.stderr


def test_a_demo_may_be_named_beside_an_installation_and_only_one_that_runs(imagin, demo):
    pid = demo()
    named = imagin("topics", "apply", IMAGIN_DEMO=pid, IMAGIN_DATABASE_URL=DATABASE)
    assert f"la démonstration {pid}" in named.stderr
    unknown = imagin("topics", "apply", IMAGIN_DEMO="1", IMAGIN_DATABASE_URL=DATABASE)
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "aucune démonstration 1" in unknown.stderr


def test_nothing_given_and_no_demo_is_one_sentence(imagin):
    done = imagin("topics", "apply")
    assert done.exit_code == 2
    assert "IMAGIN_KAFKA_BOOTSTRAP n’est pas donné, et aucune démonstration ne tourne ici" in done.stderr


def test_of_several_demos_one_is_chosen_by_name(imagin, demo):
    first, second = demo(), demo(os.getppid())
    done = imagin("topics", "apply")
    assert done.exit_code == 2
    assert first in done.stderr
    assert second in done.stderr
    assert f"la démonstration {second}" in (imagin("topics", "apply", IMAGIN_DEMO=second)).stderr


def test_every_variable_may_name_a_file_instead_and_says_then_which_installation_is_meant(imagin, demo, tmp_path):
    demo()
    for command, names in NEEDS.items():
        given = {}
        for name in (*names, *(one for one in GIVEN if one.endswith("PASSWORD") and command[0] == "db")):
            (tmp_path / name).write_text(f"{GIVEN[name]}\n")
            given[f"{name}_FILE"] = str(tmp_path / name)
        if command[0] not in {"status", "doctor"}:
            done = imagin(*command, **given)
            assert done.exit_code == (2 if command[0] == "import" else 4), done.stderr
            assert "la démonstration" not in done.stderr
            assert "n’est pas donné" not in done.stderr


SASL = {"IMAGIN_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "IMAGIN_KAFKA_SASL_USERNAME": "u"}
WRONG = [
    (("topics", "diff"), {"IMAGIN_KAFKA_BOOTSTRAP": "SECRET:port"}, "IMAGIN_KAFKA_BOOTSTRAP: brokers are named"),
    (("topics", "diff"), {"IMAGIN_KAFKA_SECURITY_PROTOCOL": "SECRET"}, "IMAGIN_KAFKA_SECURITY_PROTOCOL: Input"),
    (("topics", "diff"), {"IMAGIN_KAFKA_CA_FILE": "/SECRET"}, "IMAGIN_KAFKA_CA_FILE: no PEM file"),
    (("topics", "diff"), SASL, "IMAGIN_KAFKA_SASL_USERNAME and IMAGIN_KAFKA_SASL_PASSWORD: both"),
    (("topics", "diff"), SASL | {"IMAGIN_KAFKA_SASL_PASSWORD_FILE": "/SECRET"}, "IMAGIN_KAFKA_SASL_PASSWORD_FILE: the"),
    (("dlq", "list"), {"NOTIFIER_DATABASE_URL": "postgresql://u:SECRET@h:port/x"}, "NOTIFIER_DATABASE_URL: a URL is"),
    (("dlq", "list"), {"NOTIFIER_DATABASE_URL": "postgresql://u:SECRET[@h/x"}, "NOTIFIER_DATABASE_URL: no URL"),
    (
        ("dlq", "list"),
        {"NOTIFIER_DATABASE_URL": "", "NOTIFIER_DATABASE_URL_FILE": "/x"},
        "NOTIFIER_DATABASE_URL_FILE: the",
    ),
    (("status",), {"NOTIFIER_URL": "http://SECRET:port"}, "NOTIFIER_URL: a process is http://host:port"),
    (("db", "status"), {"IMAGIN_DATABASE_URL": "SECRET"}, "IMAGIN_DATABASE_URL: a URL is"),
]


@pytest.mark.parametrize(("command", "wrong", "said"), WRONG)
def test_what_is_given_wrongly_is_one_sentence_that_names_it_and_quotes_nothing(imagin, command, wrong, said):
    done = imagin(*command, **{"IMAGIN_KAFKA_BOOTSTRAP": NOWHERE} | DATABASES | wrong)
    assert isinstance(done.exception, SystemExit), done.exception
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Erreur : {said}")
    assert done.stderr.count("\n") == 1
    assert "SECRET" not in done.stderr


def test_the_password_of_kafka_may_stand_in_a_file(imagin, monkeypatch, tmp_path):
    (tmp_path / "password").write_text("from a file\n")
    for name, value in (SASL | {"IMAGIN_KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password")}).items():
        monkeypatch.setenv(name, value)
    connection = Installation(NOWHERE, {}, {}).kafka
    assert (connection["sasl_plain_username"], connection["sasl_plain_password"]) == ("u", "from a file")
