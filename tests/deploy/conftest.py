"""What deploy/kubernetes holds: each file as it stands, and where kustomize is there, what it makes of the overlays."""

import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from testkit.programs import find_program

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
HEADS = {"Component", "Kustomization"}
POD = {"Deployment", "Job"}


def matches(selector, labels):
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    ways = {
        "In": lambda one: labels.get(one["key"]) in one["values"],
        "Exists": lambda one: one["key"] in labels,
    }
    return wanted and all(ways[one["operator"]](one) for one in selector.get("matchExpressions", []))


class Manifests(NamedTuple):
    """Complete manifests of one installation, or of all files."""

    documents: list[dict]

    def of(self, *kinds):
        return [one for one in self.documents if one["kind"] in kinds]

    def one(self, kind, name):
        [found] = [one for one in self.of(kind) if one["metadata"]["name"] == name]
        return found

    def pods(self):
        """Name and pod template of each Deployment and Job."""
        return {one["metadata"]["name"]: one["spec"]["template"] for one in self.of(*POD)}

    def labels(self):
        """Name and labels of the pods of each Deployment and Job."""
        return {name: pod["metadata"]["labels"] for name, pod in self.pods().items()}

    def chosen(self, selector):
        """The names of those whose pods a selector means."""
        return {name for name, labels in self.labels().items() if matches(selector, labels)}

    def passes(self, direction, labels, others, port):
        """Whether policies let pods with `labels` speak with those with `others`, at a port by name or number."""
        policies = [one["spec"] for one in self.of("NetworkPolicy")]
        held = [one for one in policies if direction in one["policyTypes"] and matches(one["podSelector"], labels)]
        rules = [rule for one in held for rule in one.get(direction.lower(), [])]
        peers = "to" if direction == "Egress" else "from"
        return not held or any(
            port in {one["port"] for one in rule["ports"]}
            and any(
                "podSelector" in one and "namespaceSelector" not in one and matches(one["podSelector"], others)
                for one in rule[peers]
            )
            for rule in rules
        )

    def environment(self, name):
        """What the only container of the Deployment or Job `name` gets, Secrets aside: they are files."""
        [container] = self.pods()[name]["spec"]["containers"]
        found = {one["name"]: one["value"] for one in container.get("env", [])}
        for one in container.get("envFrom", []):
            found |= self.one("ConfigMap", one["configMapRef"]["name"])["data"]
        return found

    def secret_files(self, name):
        """By Secret or ConfigMap its files in the pod, by key; none named: all its keys, each by its own name."""
        [volume] = [one for one in self.pods()[name]["spec"]["volumes"] if one["name"] == "secrets"]
        return {
            kind["name"]: {item["key"]: item["path"] for item in kind.get("items", [])}
            for source in volume["projected"]["sources"]
            for kind in source.values()
        }


def read(text):
    return [one for one in yaml.safe_load_all(text) if one]


def env_file(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def as_they_stand():
    """The generators' ConfigMaps have the base's values."""
    files = [file for file in sorted(FOLDER.rglob("*.yaml")) if file.name != "kustomization.yaml"]
    documents = [one for file in files for one in read(file.read_text(encoding="utf-8"))]
    for file in sorted((FOLDER / "base").glob("*.env")):
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": file.stem}, "data": env_file(file)}
        documents.append(config)
    return Manifests(documents)


def built(folder):
    program = find_program("kustomize", None)
    done = subprocess.run([program, "build", FOLDER / folder], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return Manifests(read(done.stdout))


@pytest.fixture(scope="session", params=["files", "base", "overlays/essai", "overlays/production"])
def manifests(request):
    return as_they_stand() if request.param == "files" else built(request.param)


@pytest.fixture(scope="session", params=["essai", "production"])
def overlay(request):
    return built(f"overlays/{request.param}")


@pytest.fixture(scope="session")
def files():
    return as_they_stand()
