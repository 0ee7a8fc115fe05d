"""`python -m event_schemas generate|check|publish|site`: the files made from the models, drift, gate, site.

Exit codes: 0 done, 1 drift or a breaking change, 2 not run in a clone of the project or wrongly asked.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from event_schemas import asyncapi, compatibility, pages
from event_schemas.examples import examples
from event_schemas.json_schemas import schemas

ROOT = Path(__file__).resolve().parents[2]
_PAGES = f"../{pages.FOLDER}/"


def generated() -> dict[str, str]:
    """Every generated file: its path from this folder and its text."""
    files: dict[str, Any] = {f"json/{name}.schema.json": schema for name, schema in schemas().items()}
    for ce_type, cases in examples().items():
        files |= {f"examples/{ce_type}/{case}.json": body.model_dump(mode="json") for case, body in cases.items()}
    files |= asyncapi.documents()
    texts = {path: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for path, content in files.items()}
    return texts | {_PAGES + page: text for page, text in pages.pages().items()}


def drift(root: Path) -> list[str]:
    """The files that are missing, outdated or left over, one sentence each."""
    wanted = generated()
    present = {path: root / path for path in _present(root)}
    found = [f"{path}: missing" for path in wanted if path not in present]
    found += [f"{path}: left over" for path in present if path not in wanted]
    found += [
        f"{path}: differs from the models"
        for path, file in present.items()
        if path in wanted and file.read_text(encoding="utf-8") != wanted[path]
    ]
    return sorted(found)


def _present(root: Path) -> list[str]:
    files = [*root.glob("json/*"), *root.glob("examples/*/*"), *root.glob("asyncapi*.json")]
    written = [_PAGES + page for page in pages.pages() if (root / _PAGES / page).exists()]
    return [file.relative_to(root).as_posix() for file in files] + written


def problems(root: Path) -> list[str]:
    """Drift, then what the gate refuses."""
    return drift(root) + [str(refusal) for refusal in compatibility.gate(root / "baseline", schemas())]


def unpublished(root: Path) -> list[str]:
    """Schemas that the gate has nothing to compare with: an empty baseline must not look like a passed gate."""
    missing = [name for name in schemas() if not (root / "baseline" / f"{name}.schema.json").exists()]
    return [f"{name}: never published, so not judged: python -m event_schemas publish" for name in missing]


def generate(root: Path) -> None:
    """Write all files, remove those that nothing generates."""
    wanted = generated()
    for path in _present(root):
        if path not in wanted:
            (root / path).unlink()
    for path, text in wanted.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def publish(root: Path) -> None:
    """The current files become what later ones are compared with. Examples stay: what was sent once must be read."""
    (root / "baseline").mkdir(exist_ok=True)
    for file in sorted((root / "json").glob("*.schema.json")):
        shutil.copyfile(file, root / "baseline" / file.name)
    shutil.copytree(root / "examples", root / "baseline" / "examples", dirs_exist_ok=True)


def _site(root: Path, folder: Path) -> int:
    from event_schemas import site  # noqa: PLC0415  # its libraries are of the `site` extra: no service has to have them

    if folder.exists() and any(folder.iterdir()):
        sys.stderr.write(f"{folder} is not empty: the site goes into a folder of its own\n")
        return 1
    site.write(root, folder)
    return 0


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m event_schemas", description=__doc__)
    parser.add_argument("command", choices=["generate", "check", "publish", "site"])
    parser.add_argument("folder", nargs="?", type=Path, help="where `site` writes: a new or an empty folder")
    asked = parser.parse_args(arguments)
    command = asked.command
    if (command == "site") != (asked.folder is not None):
        parser.error("`site`, and only `site`, takes a folder")
    if not (root / "pyproject.toml").exists():
        sys.stderr.write(f"{root} is no clone of the project: these commands need its files\n")
        return 2
    if command == "site":
        return _site(root, asked.folder)
    if command == "generate":
        generate(root)
        return 0
    found = problems(root) + (unpublished(root) if command == "check" else [])
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    if found:
        sys.stderr.write("schemas/README.md says what may change and how\n")
        return 1
    if command == "publish":
        publish(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
