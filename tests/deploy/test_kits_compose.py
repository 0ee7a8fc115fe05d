"""kits/compose.yaml: what it starts is there, and is ours as compose.yaml has it. No engine is needed."""

from pathlib import Path

import yaml

from santorin_bridge.domain.clients import is_client, read_clients

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "kits" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
WHOLE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
PLACES = {"/kits": ROOT / "kits", "/exemples": ROOT / "schemas" / "examples"}


def test_our_services_are_those_of_the_whole_installation():
    extended = {name: one["extends"] for name, one in SERVICES.items() if "extends" in one}
    assert set(extended) == {"kafka", "postgres", "init", "mission-import", "convocation", "santorin-bridge"}
    for name, one in extended.items():
        assert one == {"file": "../compose.yaml", "service": name}
        assert set(WHOLE["services"][name].get("depends_on", {})) <= set(SERVICES)


def test_every_volume_of_what_is_extended_is_declared():
    named = {
        mount.partition(":")[0]
        for name, one in SERVICES.items()
        for mount in [*one.get("volumes", ()), *WHOLE["services"].get(name, {}).get("volumes", ())]
    }
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_every_program_and_file_that_is_started_is_there():
    played = {name: one for name, one in SERVICES.items() if "extends" not in one}
    assert set(played) == {"cyclades", "convocations", "santorin", "conformite"}
    for one in played.values():
        words = [word for part in one["command"] for word in part.partition("=")[2].split() or [part]]
        files = [word for word in words if word.startswith("/")]
        assert files
        for file in files:
            place = next(place for place in PLACES if file.startswith(place))
            assert (PLACES[place] / file.removeprefix(place).lstrip("/")).exists(), file


def test_the_secret_that_the_page_tells_is_the_clients():
    told = SERVICES["santorin-bridge"]["environment"]["SANTORIN_BRIDGE_CLIENTS"]
    page = (ROOT / "kits" / "README.md").read_text(encoding="utf-8")
    secret = "secret-pour-essayer-les-kits"
    assert f"`{secret}`" in page
    assert is_client(read_clients(told), "santorin", secret)
