"""What was typed survives a session that ended meanwhile: the page shows it back, to be sent again after signing in.

Only who had a session gets it, so that no stranger's form is read (0034).
"""

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from acces.session import SessionEnded
from chassis import http
from pages.application import Application, asks_for_a_page

_MAX_BYTES = 200_000  # of what is typed, not of files
_MAX_FIELDS = 5_100
_SAFE = frozenset({"GET", "HEAD"})


def add_to(app: FastAPI) -> None:
    app.add_exception_handler(SessionEnded, _ended)


async def _ended(request: Request, error: Exception) -> Response:
    assert isinstance(error, SessionEnded)
    if request.method in _SAFE or not asks_for_a_page(request):
        return http.refuse(request, error.status, error.type, error.detail)
    champs = await _typed(request)
    pages = http.application(request, Application).pages
    return pages.render(request, "session_finie.html", status=401, adresse=_address(request), champs=champs)


async def _typed(request: Request) -> list[tuple[str, str]] | None:
    """The form's fields in their order; None where there are files, or far too much."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _MAX_BYTES:
        return None
    try:
        async with request.form(max_files=0, max_fields=_MAX_FIELDS) as form:
            return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    except HTTPException:
        return None


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
