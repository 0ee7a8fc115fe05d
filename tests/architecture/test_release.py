"""What a release relies on: one version, a changelog, a valid publiccode.yml; hooks that fetch nothing."""

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def members():
    found = subprocess.run(
        ["git", "ls-files", "*/pyproject.toml"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in found.stdout.splitlines() if (ROOT / line).is_file()]


def versions(root):
    texts = [file.read_text(encoding="utf-8") for file in root]
    return {tomllib.loads(text)["project"]["version"] for text in texts}


def test_all_members_have_one_version():
    assert len(members()) >= 9
    assert len(versions(members())) == 1


def test_the_script_gives_every_member_the_version_and_changes_nothing_else(tmp_path):
    for file in [*members(), ROOT / ".ci" / "version"]:
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
        copy.chmod(file.stat().st_mode)
    copies = [tmp_path / file.relative_to(ROOT) for file in members()]
    subprocess.run([tmp_path / ".ci" / "version", "9.8.7"], check=True)
    assert versions(copies) == {"9.8.7"}
    [version] = versions(members())
    for copy, file in zip(copies, members(), strict=True):
        assert copy.read_text().replace('"9.8.7"', f'"{version}"') == file.read_text()
    refused = subprocess.run([tmp_path / ".ci" / "version", "next"], capture_output=True, check=False)
    assert refused.returncode == 2


def test_the_changelog_has_a_place_for_what_comes_and_the_latest_version_below():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert titles[0] == "À venir"
    [version] = versions(members())
    assert titles[1:] == [] or titles[1].startswith(f"{version}, ")


def test_publiccode_has_the_keys_and_values_of_the_standard_0_5():
    code = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    assert code["publiccodeYmlVersion"] == "0.5"
    assert code["name"]
    assert re.fullmatch(r"https://\S+", code["url"])
    assert code["platforms"]
    assert code["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert code["softwareType"] == "standalone/web"
    assert set(code["categories"]) <= {"workflow-management", "resource-management"}  # of the standard's list
    assert set(code["intendedAudience"]["scope"]) <= {"education", "government"}  # as above
    for text in code["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert text["features"]
        assert [shot for shot in text["screenshots"] if not (ROOT / shot).is_file()] == []
    assert code["legal"]["license"] == "MIT"
    assert code["legal"]["mainCopyrightOwner"] in (ROOT / "LICENSE").read_text(encoding="utf-8")
    kind = code["maintenance"]["type"]
    assert kind in {"internal", "contract", "community", "none"}
    assert kind not in {"internal", "community"} or all(one["name"] for one in code["maintenance"]["contacts"])
    assert isinstance(code["localisation"]["localisationReady"], bool)
    assert code["localisation"]["availableLanguages"]
    assert all(one["name"] for one in code["dependsOn"]["open"])


def test_hooks_before_a_commit_fetch_nothing():
    config = tomllib.loads((ROOT / "prek.toml").read_text(encoding="utf-8"))
    assert {repo["repo"] for repo in config["repos"]} == {"local"}
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert all(hook["entry"].startswith(".venv/bin/") for hook in hooks)
