"""The session cookie: the token of who acts, for a browser."""

from datetime import datetime

from starlette.responses import Response

from acces.acteur import COOKIE, Acteur, mint


def open_session(response: Response, acteur: Acteur, key: str, *, now: datetime, hours: int, secure: bool) -> None:
    """Set the cookie that says who acts, for `hours` from `now`; `secure`: sent over https only."""
    token = mint(acteur, key, now=now, hours=hours)
    response.set_cookie(COOKIE, token, max_age=hours * 3600, httponly=True, samesite="lax", secure=secure)
