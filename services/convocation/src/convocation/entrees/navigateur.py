"""The browser and the machine of a session, in words, so that a person knows it again; nothing is decided by it."""

from fastapi import Request

# Browsers say that they are others too: the first word that is found counts.
_NAVIGATEURS = (
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def navigateur_of(request: Request) -> str:
    return navigateur(request.headers.get("user-agent", ""))


def navigateur(user_agent: str) -> str:
    """Of the header User-Agent: « Firefox sur Windows »; only words of ours, and empty for what we do not know."""
    known, machine = _first(_NAVIGATEURS, user_agent), _first(_MACHINES, user_agent)
    return f"{known} sur {machine}" if known and machine else known or machine


def _first(words: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for word, name in words if word in text), "")
