"""Static files under /statique: an address bears the hash of its content, so that a browser may keep it for ever."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from os import PathLike, stat_result
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PREFIX = "/statique"
OURS = Path(str(files("pages"))) / "static"


class Statique:
    """Our own files, and others' folders, each under its name: the operator's copy of DSFR, a room's pictures."""

    def __init__(self, app: Starlette, folders: Mapping[str, Path]) -> None:
        self._folders = folders
        for name, folder in folders.items():
            app.mount(f"{PREFIX}/{name}", _Immutable(folder), name=name)
        app.mount(PREFIX, _Immutable(OURS), name="statique")

    def __call__(self, name: str) -> str:
        """The address of a file; a name that no file has is a mistake of the template and is refused."""
        first, _, rest = name.partition("/")
        path = self._folders[first] / rest if first in self._folders else OURS / name
        return f"{PREFIX}/{name}?v={_digest(path)}"


class _Immutable(StaticFiles):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        version = QueryParams(scope.get("query_string", b"")).get("v")
        # An old page may ask a new replica for the hash it knows: it gets what there is, and does not keep it.
        known = version is not None and version == _digest(Path(full_path))
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if known else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
