"""`imagin credentials santorin`: what it prints is what the bridge's setting takes."""

import json

from typer.testing import CliRunner

from imagin_ops.main import app
from santorin_bridge.domain.clients import is_client, read_clients


def drawn(*arguments):
    result = CliRunner().invoke(app, ["credentials", "santorin", "--json", *arguments])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_setting_it_prints_accepts_the_secret_it_prints_and_does_not_hold_it():
    one = drawn("recette")
    clients = read_clients(json.dumps(one["setting"]))
    assert is_client(clients, "recette", one["client_secret"])
    assert one["client_secret"] not in json.dumps(one["setting"])
    assert len(one["client_secret"]) == 43, "256 bits"


def test_each_secret_is_new():
    assert len({drawn()["client_secret"] for _ in range(50)}) == 50


def test_for_a_person_the_secret_stands_once_beside_the_setting():
    said = CliRunner().invoke(app, ["credentials", "santorin"]).stdout
    secret = next(line.split()[-1] for line in said.splitlines() if line.startswith("Secret"))
    setting = next(line.partition("{")[2] for line in said.splitlines() if line.startswith("Réglage"))
    assert said.count(secret) == 1
    assert is_client(read_clients("{" + setting), "santorin", secret)


def test_a_name_that_the_setting_would_refuse_is_refused():
    result = CliRunner().invoke(app, ["credentials", "santorin", "san torin"])
    assert result.exit_code == 2
    assert not result.stdout
