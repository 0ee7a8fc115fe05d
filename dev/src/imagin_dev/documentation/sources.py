"""The Markdown pages of the clone, laid out as they lie there, with the files that they link to.

The integrators' pages have a site of their own (event_schemas.site). It is written beside, and links lead into it.
"""

import os
import re
import shutil
from pathlib import Path

from event_schemas import site

_PAGES = ("*.md", "docs/**/*.md", "deploy/*.md", "*/README.md", "services/*/README.md", "libs/*/README.md")
_KIT = Path("docs/integrateurs")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def pages(root: Path) -> list[Path]:
    """Their paths in the clone."""
    found = {file.relative_to(root) for pattern in _PAGES for file in root.glob(pattern)}
    return sorted(page for page in found if not page.parts[0].startswith(".") and _KIT not in page.parents)


def gather(root: Path, folder: Path) -> None:
    """Write them into the new `folder`. Raises FileNotFoundError for a link to nothing."""
    site.write(root / "schemas", folder / "integrateurs")
    for page in pages(root):
        text = (root / page).read_text(encoding="utf-8")
        target = folder / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_LINK.sub(_Links(root, folder, page), text), encoding="utf-8")


class _Links:
    """Points the links of `page` into `folder`, and brings there what they lead to."""

    def __init__(self, root: Path, folder: Path, page: Path) -> None:
        self._root, self._folder, self._page = root, folder, page

    def __call__(self, link: re.Match[str]) -> str:
        target, hash_, anchor = link[1].partition("#")
        if not target or ":" in target:
            return link[0]
        file = (self._root / self._page.parent / target).resolve(strict=True).relative_to(self._root)
        if (self._root / file).is_dir():
            file /= "README.md"
        return f"]({os.path.relpath(self._place(file), self._page.parent)}{hash_}{anchor})"

    def _place(self, file: Path) -> Path:
        if _KIT in file.parents:
            within = file.relative_to(_KIT)
            return "integrateurs" / (Path(site.html_name(within.name)) if within.suffix == ".md" else within)
        if file.suffix != ".md":
            (self._folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._root / file, self._folder / file)
        return file
