"""The contracts of decision 0026 hold for every room: one that is new cannot be forgotten."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONVOCATION = ROOT / "services" / "convocation" / "src" / "convocation"
SOURCES = sorted(ROOT.glob("services/*/src/**/*.py"))
CONTRACTS = {
    one["name"]: one
    for one in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
}
INSIDE = "convocation: inside a room, what comes in is above commands, commands above SQL, all above the domain"
ABOVE_ALL_ROOMS = {"convocation.convocations.sql": {"convocation.operations"}}  # a replay reads page by page


def module(file):
    return ".".join(("convocation", *file.relative_to(CONVOCATION).with_suffix("").parts))


def nodes(kind):
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def test_every_folder_of_modules_is_a_package():
    """import-linter does not look into a folder without `__init__.py`."""
    folders = {file.parent for file in SOURCES}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_room_has_the_layers_of_a_room():
    rooms = {module(file.parent) for file in CONVOCATION.rglob("*/__init__.py")} - {"convocation.commun"}
    assert set(CONTRACTS[INSIDE]["containers"]) == rooms
    assert CONTRACTS[INSIDE]["exhaustive"] is True
    assert "exhaustive_ignores" not in CONTRACTS[INSIDE]


def test_the_sql_of_every_room_is_its_own():
    files = [file for name in ("sql", "bulk") for file in CONVOCATION.rglob(f"{name}.py")]
    assert files
    for file in files:
        room, name = module(file.parent), module(file)
        contract = CONTRACTS[f"convocation: the SQL of {room.removeprefix('convocation.')} is its own"]
        assert contract["type"] == "protected"
        assert name in contract["protected_modules"]
        assert set(contract["allowed_importers"]) == {room} | ABOVE_ALL_ROOMS.get(name, set())


def test_sql_and_policy_come_from_where_they_are():
    """Through another module they would pass by the contracts."""
    lent = [where for where, one in nodes(ast.Attribute) if one.attr in {"sql", "bulk", "POLICY"}]
    lent += [
        where
        for where, one in nodes(ast.ImportFrom)
        if one.module.startswith("convocation") and not all(at_home(one.module, alias.name) for alias in one.names)
    ]
    assert lent == []


def at_home(package, name):
    if name == "POLICY":
        return package.endswith(".policy")
    folder = CONVOCATION.parent.joinpath(*package.split("."))
    return name not in {"sql", "bulk"} or (folder / f"{name}.py").exists()


def test_no_import_is_hidden_from_import_linter():
    """Ruff refuses `import *` (F403). Files of a package are read by `importlib.resources`."""
    hidden = [where for where, one in nodes(ast.Name) if one.id == "__import__"]
    hidden += [where for where, one in nodes(ast.ImportFrom) if one.level or one.module == "importlib"]
    hidden += [where for where, one in nodes(ast.Import) for alias in one.names if alias.name.startswith("importlib")]
    assert hidden == []
